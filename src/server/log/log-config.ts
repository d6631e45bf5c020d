/**
 * @module
 * `--log-config`: a log4j2 file cannot be followed without log4j, but whether it asks for JSON can be seen.
 */

import { readFileSync } from "node:fs";

/** What was made of a log4j2 file. */
export interface LogConfig {
  /** The format that it asks for, or null when it asks for lines. */
  readonly format: "json" | null;
  /** What the operator should know. */
  readonly warning: string;
}

/**
 * Looks into a log4j2 configuration.
 * @throws Node's error when the file cannot be read
 */
export function readLogConfig(file: string): LogConfig {
  const json = /\bJson(Template)?Layout\b|\bJSONLayout\b|\bJSONPatternLayout\b/i.test(
    readFileSync(file, "utf8"),
  );
  return {
    format: json ? "json" : null,
    warning:
      `--log-config ${file}: log4j2 is Java; candil writes TorchServe's default log files ` +
      (json
        ? "as JSON, as this file asks (log_format=json says so too)"
        : "and lines (or JSON with log_format=json)"),
  };
}

/**
 * @module
 * Lines in the form of TorchServe's log4j patterns.
 */

/** How grave a line is. */
export type Level = "debug" | "info" | "warn" | "error";

/**
 * A time as log4j's ISO8601: local, with a comma before the milliseconds.
 *
 * @example
 * logTime(new Date(2024, 4, 30, 21, 46, 3, 626)); // "2024-05-30T21:46:03,626"
 */
export function logTime(date: Date): string {
  const part = (value: number, digits = 2): string => String(value).padStart(digits, "0");
  return (
    `${part(date.getFullYear(), 4)}-${part(date.getMonth() + 1)}-${part(date.getDate())}` +
    `T${part(date.getHours())}:${part(date.getMinutes())}:${part(date.getSeconds())},${part(date.getMilliseconds(), 3)}`
  );
}

/** `2024-05-30T21:46:03,626 [INFO ] main ACCESS_LOG - message`: the console, model_log.log and ts_log.log. */
export function fullLine(date: Date, level: Level, source: string, message: string): string {
  return `${logTime(date)} [${level.toUpperCase().padEnd(5)}] main ${source} - ${message}\n`;
}

/** `2024-05-30T21:46:03,626 - message`: access_log.log and the metrics' logs. */
export function shortLine(date: Date, message: string): string {
  return `${logTime(date)} - ${message}\n`;
}

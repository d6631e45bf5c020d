/**
 * @module
 * Where settings come from, and which wins: opted-in environment over command line over file.
 */

import { ConfigError } from "./config-error.ts";
import { environmentName, ignoredKeys, keys } from "./keys.ts";
import type { Property } from "./properties.ts";

/** A value, trimmed, and who said it: `config.properties:3`, `--model-store`, `TS_JOB_QUEUE_SIZE`. */
export interface Setting {
  readonly value: string;
  readonly origin: string;
}

/** Settings by key of config.properties. */
export type Settings = ReadonlyMap<string, Setting>;

/** The process's environment variables. */
export type Environment = Readonly<Record<string, string | undefined>>;

/** TorchServe's pattern: at least two characters between the dollar signs. */
const VARIABLE = /\$\$([^$]+[^$])\$\$/g;

/**
 * The properties of a file as settings, with `$$NAME$$` replaced by the environment variable NAME.
 * @throws ConfigError when a variable named so does not exist
 */
export function settingsOfFile(
  properties: ReadonlyMap<string, Property>,
  file: string,
  env: Environment,
): Map<string, Setting> {
  const settings = new Map<string, Setting>();
  for (const [key, { value, line }] of properties) {
    const origin = `${file}:${line}`;
    const resolved = value.replaceAll(VARIABLE, (_, name: string) => {
      const found = env[name];
      if (found !== undefined) return found;
      throw new ConfigError(
        `${key} (${origin}): Invalid Environment Variable ${name} (it is not set; set it, or drop $$${name}$$)`,
      );
    });
    settings.set(key, { value: resolved.trim(), origin });
  }
  return settings;
}

/**
 * Lays the command line over the file, and `TS_*` variables over both when the file says `enable_envvars_config=true`.
 * `TS_ALLOWED_URLS` counts only when the file also says `use_env_allowed_urls=true`: whoever sets a variable should not
 * be able to widen what the server may fetch.
 */
export function mergeSettings(file: Settings, commandLine: Settings, env: Environment): Map<string, Setting> {
  const merged = new Map([...file, ...commandLine]);
  if (isTrue(merged.get("enable_envvars_config"))) {
    const urlsToo = isTrue(merged.get("use_env_allowed_urls"));
    for (const key of [...keys, ...ignoredKeys.keys()]) {
      const name = environmentName(key);
      const value = name === null ? undefined : env[name];
      if (name === null || value === undefined || (key === "allowed_urls" && !urlsToo)) continue;
      merged.set(key, { value: value.trim(), origin: name });
    }
  }
  // Honoured without being asked to, as in TorchServe: "oip" switches the protocol on, anything else off.
  const protocol = env["TS_OPEN_INFERENCE_PROTOCOL"];
  if (protocol !== undefined && protocol !== "") {
    merged.set("ts_open_inference_protocol", {
      value: String(protocol === "oip"),
      origin: "TS_OPEN_INFERENCE_PROTOCOL",
    });
  }
  return merged;
}

function isTrue(setting: Setting | undefined): boolean {
  return setting?.value.toLowerCase() === "true";
}

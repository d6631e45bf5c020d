/**
 * @module
 * Finding the configuration: TS_CONFIG_FILE, `--ts-config`, the newest snapshot when snapshots are kept,
 * `./config.properties`, nothing.
 */

import { readFileSync } from "node:fs";
import { resolve } from "node:path";
import { ConfigError } from "./config-error.ts";
import { parseProperties } from "./properties.ts";
import { readConfig } from "./read-config.ts";
import type { ServerConfig } from "./server-config.ts";
import { mergeSettings, settingsOfFile } from "./settings.ts";
import type { Environment, Setting, Settings } from "./settings.ts";
import { newestSnapshot } from "./snapshot-files.ts";
import { settingsWarning } from "./unknown-keys.ts";

/** What the configuration is looked for with. */
export interface ConfigSources {
  /** `--ts-config`. */
  readonly file?: string | undefined;
  /** The settings that flags stand for. */
  readonly commandLine?: Settings;
  readonly env?: Environment;
  /** The folder that relative names begin in. */
  readonly cwd?: string;
  /** Settings that hold where neither file, flag nor variable says otherwise. */
  readonly defaults?: Settings;
  /** False for `--ncs`: neither read nor write snapshots, whatever else is said. */
  readonly snapshots?: boolean;
  /** The folder of snapshots, where they are kept. */
  readonly snapshotFolder?: string;
}

/** A configuration, and what its author should hear. */
export interface LoadedConfig {
  readonly config: ServerConfig;
  /** One warning about all settings without effect, or null. */
  readonly warning: string | null;
}

/**
 * Finds, reads and checks the configuration.
 * @throws ConfigError when a file that was named is not there, or something in it is wrong
 */
export function loadConfig(sources: ConfigSources): LoadedConfig {
  const { env = {}, commandLine = new Map(), defaults = new Map() } = sources;
  const named = namedFile(sources);
  const found = named ?? fileInFolder(sources);
  let { file, settings } = found;
  let merged = mergeSettings(new Map([...defaults, ...settings]), commandLine, env);
  if (named === null && sources.snapshots !== false && isTrue(merged, "config_snapshots")) {
    const newest = newestSnapshot(snapshotFolder(sources));
    if (newest !== null) {
      ({ file, settings } = readSettings(newest, env));
      merged = mergeSettings(new Map([...defaults, ...settings]), commandLine, env);
    }
  }
  if (sources.snapshots === false) {
    merged.set("config_snapshots", { value: "false", origin: "--no-config-snapshots" });
  }
  return { config: readConfig(merged, file), warning: settingsWarning(merged) };
}

/** The folder where snapshots are, `logs/config` unless LOG_LOCATION says otherwise. */
export function snapshotFolder({ env = {}, cwd = ".", snapshotFolder: folder }: ConfigSources): string {
  return folder ?? resolve(cwd, env["LOG_LOCATION"] ?? "logs", "config");
}

interface SettingsFile {
  readonly file: string | null;
  readonly settings: Settings;
}

function namedFile({ env = {}, cwd = ".", file }: ConfigSources): SettingsFile | null {
  const name = env["TS_CONFIG_FILE"] ?? file;
  if (name === undefined || name === "") return null;
  const path = resolve(cwd, name);
  try {
    return readSettings(path, env);
  } catch (error) {
    if (!isMissing(error)) throw error;
    throw new ConfigError(`--ts-config file not found: ${name}`);
  }
}

function fileInFolder({ env = {}, cwd = "." }: ConfigSources): SettingsFile {
  try {
    return readSettings(resolve(cwd, "config.properties"), env);
  } catch (error) {
    if (!isMissing(error)) throw error;
    return { file: null, settings: new Map<string, Setting>() };
  }
}

function readSettings(path: string, env: Environment): SettingsFile {
  return { file: path, settings: settingsOfFile(parseProperties(readFileSync(path), path), path, env) };
}

function isMissing(error: unknown): boolean {
  return error instanceof Error && "code" in error && (error.code === "ENOENT" || error.code === "EISDIR");
}

function isTrue(settings: Settings, key: string): boolean {
  return settings.get(key)?.value.toLowerCase() === "true";
}

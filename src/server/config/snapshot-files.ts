/**
 * @module
 * Snapshots on disk: `logs/config/20240530214603626-startup.cfg`, a config.properties with the loaded models in it.
 * Kept only when asked for; TorchServe keeps them unless told not to.
 */

import { mkdirSync, readdirSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { stringify } from "dot-properties";
import type { ModelSettingsTable } from "./model-settings.ts";
import type { Settings } from "./settings.ts";

/** Why a snapshot is written: the server has started, its models have changed, or it stops. */
export type SnapshotOccasion = "startup" | "snapshot" | "shutdown";

const NAME = /^(\d{17})-(startup|snapshot|shutdown)\.cfg$/;

/** The path of the snapshot with the latest time in its name, or null. Other files in the folder are passed over. */
export function newestSnapshot(folder: string): string | null {
  let names: string[];
  try {
    names = readdirSync(folder);
  } catch {
    return null;
  }
  const newest = names.filter((name) => NAME.test(name)).sort();
  const last = newest.at(-1);
  return last === undefined ? null : join(folder, last);
}

/** A snapshot's name: local time to the millisecond, and the occasion. */
export function snapshotName(occasion: SnapshotOccasion, now: Date = new Date()): string {
  const part = (value: number, digits = 2): string => String(value).padStart(digits, "0");
  const date = `${part(now.getFullYear(), 4)}${part(now.getMonth() + 1)}${part(now.getDate())}`;
  const time = `${part(now.getHours())}${part(now.getMinutes())}${part(now.getSeconds())}`;
  return `${date}${time}${part(now.getMilliseconds(), 3)}-${occasion}.cfg`;
}

/**
 * Writes the settings and the models as a file that both candil and TorchServe start from. Only the owner may read it:
 * settings can hold a password.
 * @returns the file's path
 * @throws Node's error when the folder cannot be written
 */
export function writeSnapshot(
  folder: string,
  occasion: SnapshotOccasion,
  settings: Settings,
  models: ModelSettingsTable,
  now: Date = new Date(),
): string {
  const name = snapshotName(occasion, now);
  const modelCount = [...models.values()].reduce((sum, versions) => sum + versions.size, 0);
  const byName = Object.fromEntries(
    [...models].map(([model, versions]) => [model, Object.fromEntries(versions)]),
  );
  const snapshot = { name, modelCount, created: now.getTime(), models: byName };
  const lines = [...settings]
    .filter(([key]) => key !== "model_snapshot")
    .map(([key, { value }]): [string, string] => [key, value]);
  lines.push(["model_snapshot", JSON.stringify(snapshot, null, 2)]);
  const text = stringify(["# Saving snapshot", `# ${now.toString()}`, ...lines], {
    keySep: "=",
    lineWidth: null,
    latin1: true,
  });
  mkdirSync(folder, { recursive: true });
  const path = join(folder, name);
  writeFileSync(path, text, { mode: 0o600, flag: "wx" });
  return path;
}

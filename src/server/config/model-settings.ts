/**
 * @module
 * The JSON of the keys `models` (what the operator wishes for each version of a model) and `model_snapshot` (what was
 * loaded when a snapshot was written).
 */

import { nearestName } from "../../errors.ts";
import { ConfigError } from "./config-error.ts";

/** What is set for one version of a model; what is absent is left to the archive and the defaults. */
export interface ModelSettings {
  readonly defaultVersion?: boolean;
  /** The archive's name in the model store. */
  readonly marName?: string;
  /** What the archive says it runs on; written for TorchServe, and of no meaning here. */
  readonly runtimeType?: string;
  readonly minWorkers?: number;
  readonly maxWorkers?: number;
  readonly batchSize?: number;
  /** Milliseconds. */
  readonly maxBatchDelay?: number;
  /** Seconds. */
  readonly responseTimeout?: number;
  /** Seconds. */
  readonly startupTimeout?: number;
}

/** Settings by model name and version. */
export type ModelSettingsTable = ReadonlyMap<string, ReadonlyMap<string, ModelSettings>>;

/** What a snapshot holds: models to load again, each with its settings. */
export interface Snapshot {
  readonly name: string;
  readonly models: ModelSettingsTable;
}

/** The settings that are whole numbers. */
export const numericSettings = [
  "minWorkers",
  "maxWorkers",
  "batchSize",
  "maxBatchDelay",
  "responseTimeout",
  "startupTimeout",
] as const;

/** Names that TorchServe writes or reads and that say nothing here. */
const passedOver = [
  "runtimeType",
  "deviceType",
  "deviceIds",
  "parallelType",
  "parallelLevel",
  "loadedAtStartup",
];
const known = [...numericSettings, "defaultVersion", "marName", ...passedOver];

/** Deep enough for three levels of objects; anything longer is no configuration. */
const MAX_JSON = 1_000_000;

/**
 * Reads `{"mnist": {"1.0": {"minWorkers": 2, ...}}}`.
 * @param where the key and who set it, for messages
 * @throws ConfigError naming the model, the version and the field
 */
export function readModelSettings(json: string, where: string): ModelSettingsTable {
  return table(record(parse(json, where), where), where);
}

/**
 * Reads the JSON of a snapshot, TorchServe's or candil's.
 * @throws ConfigError naming what is missing, or the model whose archive is not named
 */
export function readSnapshot(json: string, where: string): Snapshot {
  const snapshot = record(parse(json, where), where);
  const name = snapshot.get("name");
  const models = table(record(snapshot.get("models"), `${where}, "models"`), where);
  for (const [model, versions] of models) {
    for (const [version, { marName }] of versions) {
      if (marName !== undefined) continue;
      throw new ConfigError(`${where}: model ${model}, version ${version}: expected "marName", the archive`);
    }
  }
  return { name: typeof name === "string" ? name : "snapshot", models };
}

function parse(json: string, where: string): unknown {
  if (json.length > MAX_JSON) {
    throw new ConfigError(`${where}: expected JSON of at most ${MAX_JSON} characters, got ${json.length}`);
  }
  try {
    return JSON.parse(json);
  } catch (error) {
    const reason = error instanceof Error ? error.message : String(error);
    throw new ConfigError(
      `${where}: expected JSON, for example {"mnist": {"1.0": {"minWorkers": 1}}}: ${reason}`,
    );
  }
}

function record(value: unknown, where: string): Map<string, unknown> {
  if (typeof value === "object" && value !== null && !Array.isArray(value)) {
    return new Map(Object.entries(value));
  }
  const got = value === undefined ? "nothing" : (JSON.stringify(value) ?? "").slice(0, 60);
  throw new ConfigError(`${where}: expected a JSON object, got ${got}`);
}

function table(models: ReadonlyMap<string, unknown>, where: string): ModelSettingsTable {
  return new Map(
    [...models].map(([model, versions]) => [
      model,
      new Map(
        [...record(versions, `${where}, model ${model}`)].map(([version, settings]) => {
          const place = `${where}, model ${model}, version ${version}`;
          return [version, oneVersion(record(settings, place), place)];
        }),
      ),
    ]),
  );
}

function oneVersion(fields: ReadonlyMap<string, unknown>, where: string): ModelSettings {
  for (const name of fields.keys()) {
    if (known.includes(name)) continue;
    const near = nearestName(name, known);
    const hint = near === null ? `known are ${known.join(", ")}` : `did you mean "${near}"?`;
    throw new ConfigError(`${where}: unknown field "${name.slice(0, 60)}"; ${hint}`);
  }
  const settings: { -readonly [Name in keyof ModelSettings]: ModelSettings[Name] } = {};
  for (const name of numericSettings) {
    const value = fields.get(name);
    if (value === undefined || value === null) continue;
    if (typeof value !== "number" || !Number.isInteger(value)) {
      throw new ConfigError(`${where}: "${name}": expected a whole number, got ${JSON.stringify(value)}`);
    }
    // TorchServe reads numbers below 1 as "not said".
    if (value > 0) settings[name] = value;
  }
  const { defaultVersion, marName } = Object.fromEntries(fields);
  if (typeof defaultVersion === "boolean") settings.defaultVersion = defaultVersion;
  else if (defaultVersion !== undefined)
    throw expected("defaultVersion", "true or false", defaultVersion, where);
  if (typeof marName === "string") settings.marName = marName;
  else if (marName !== undefined) throw expected("marName", "the name of an archive", marName, where);
  return settings;
}

function expected(name: string, allowed: string, value: unknown, where: string): ConfigError {
  return new ConfigError(`${where}: "${name}": expected ${allowed}, got ${JSON.stringify(value)}`);
}

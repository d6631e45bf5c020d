/**
 * @module
 * `key_file.json`, where a server tells its owner the keys; and keys that the owner tells the server.
 */

import { chmodSync, readFileSync, renameSync, rmSync, writeFileSync } from "node:fs";
import { ConfigError } from "../config/index.ts";
import type { TokenKey, TokenKeys, TokenKind } from "./token-keys.ts";

/** The name of each kind in the file. */
const names = { management: "management", inference: "inference", api: "API" } as const;

/** Environment variables that supply keys. */
export const keyVariables: Readonly<Record<TokenKind, string>> = {
  inference: "CANDIL_INFERENCE_KEY",
  management: "CANDIL_MANAGEMENT_KEY",
  api: "CANDIL_API_KEY",
};

/** Shorter keys can be guessed: 22 characters of base64 are 128 bits. */
const MIN_KEY_LENGTH = 22;

/**
 * Writes the keys as TorchServe does, for the owner alone (mode 0600). The file is replaced as a whole: who reads it
 * meanwhile sees the old keys or the new ones.
 * @throws Node's error when the folder cannot be written
 */
export function writeKeyFile(path: string, keys: TokenKeys): void {
  const json = Object.fromEntries(
    (["management", "inference", "api"] as const).map((kind) => {
      const { key, expires } = keys.get(kind);
      const entry = expires === null ? { key } : { key, "expiration time": expires.toISOString() };
      return [names[kind], entry];
    }),
  );
  const draft = `${path}.${process.pid}.tmp`;
  // A draft left by a process that died would keep its own mode.
  rmSync(draft, { force: true });
  writeFileSync(draft, JSON.stringify(json, null, 2), { mode: 0o600, flag: "wx" });
  chmodSync(draft, 0o600);
  renameSync(draft, path);
}

/**
 * Keys that were supplied: from a file in the form of key_file.json, and from CANDIL_INFERENCE_KEY,
 * CANDIL_MANAGEMENT_KEY and CANDIL_API_KEY, which win. Without "expiration time" a key does not expire.
 * @throws ConfigError when the file is missing or has another form, or a key is too short
 */
export function suppliedKeys(
  file: string | null,
  env: Readonly<Record<string, string | undefined>>,
): Partial<Record<TokenKind, TokenKey>> {
  const keys: Partial<Record<TokenKind, TokenKey>> = file === null ? {} : readKeyFile(file);
  for (const kind of ["inference", "management", "api"] as const) {
    const key = env[keyVariables[kind]];
    if (key === undefined || key === "") continue;
    keys[kind] = { key: checked(key, keyVariables[kind]), expires: null };
  }
  return keys;
}

function readKeyFile(file: string): Partial<Record<TokenKind, TokenKey>> {
  const entries = parse(file);
  const keys: Partial<Record<TokenKind, TokenKey>> = {};
  for (const kind of ["inference", "management", "api"] as const) {
    const entry = entries[names[kind]];
    if (entry === undefined) continue;
    const where = `token_key_file ${file}, "${names[kind]}"`;
    if (!isRecord(entry) || typeof entry["key"] !== "string") {
      throw new ConfigError(`${where}: expected {"key": "..."}`);
    }
    keys[kind] = { key: checked(entry["key"], where), expires: expiration(entry["expiration time"], where) };
  }
  return keys;
}

function parse(file: string): Record<string, unknown> {
  let value: unknown;
  try {
    value = JSON.parse(readFileSync(file, "utf8"));
  } catch (error) {
    const reason = error instanceof Error ? error.message : String(error);
    throw new ConfigError(`token_key_file ${file}: expected JSON in the form of key_file.json: ${reason}`);
  }
  if (isRecord(value)) return value;
  throw new ConfigError(`token_key_file ${file}: expected a JSON object in the form of key_file.json`);
}

function expiration(value: unknown, where: string): Date | null {
  if (value === undefined) return null;
  const date = new Date(typeof value === "string" ? value : NaN);
  if (!Number.isNaN(date.getTime())) return date;
  throw new ConfigError(
    `${where}: "expiration time": expected a time such as 2030-01-01T00:00:00Z, got ${JSON.stringify(value)}`,
  );
}

function checked(key: string, where: string): string {
  if (key.length >= MIN_KEY_LENGTH && /^\S+$/.test(key)) return key;
  throw new ConfigError(
    `${where}: expected a key of at least ${MIN_KEY_LENGTH} characters without white space, got ${key.length}; ` +
      "for example that of: openssl rand -hex 24",
  );
}

function isRecord(value: unknown): value is Record<string, unknown> {
  return typeof value === "object" && value !== null && !Array.isArray(value);
}

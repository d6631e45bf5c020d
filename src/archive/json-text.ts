/**
 * @module
 * The JSON files of an archive: parsed with a limit on their size, and read key by key.
 */

import { decodeUtf8 } from "../bytes/byte-reader.ts";
import { FormatError } from "../errors.ts";

/** A JSON object, or what came in its place. */
export type JsonObject = Readonly<Record<string, unknown>>;

/**
 * Parses a file that must hold a JSON object.
 * @throws FormatError naming the file
 */
export function parseJsonObject(name: string, bytes: Uint8Array, maxBytes: number): JsonObject {
  if (bytes.length > maxBytes) {
    throw new FormatError(`${name}: expected at most ${maxBytes} bytes, got ${bytes.length}`);
  }
  const text = decodeUtf8(bytes);
  if (text === null) throw new FormatError(`${name}: is not UTF-8 text`);
  const value = parse(name, text);
  if (!isJsonObject(value)) throw new FormatError(`${name}: expected a JSON object, got ${kindOf(value)}`);
  return value;
}

/** Whether a JSON value is an object with keys. */
export function isJsonObject(value: unknown): value is JsonObject {
  return typeof value === "object" && value !== null && !Array.isArray(value);
}

/** What a JSON value is, in a message. */
export function kindOf(value: unknown): string {
  if (value === null) return "null";
  if (Array.isArray(value)) return "a list";
  return typeof value === "object" ? "an object" : `a ${typeof value}`;
}

function parse(name: string, text: string): unknown {
  try {
    return JSON.parse(text.replace(/^\ufeff/, "")) as unknown;
  } catch (error) {
    const reason = error instanceof Error ? error.message : String(error);
    throw new FormatError(`${name}: is not valid JSON: ${reason}`, { cause: error });
  }
}

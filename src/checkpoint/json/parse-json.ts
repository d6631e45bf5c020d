/**
 * @module
 * JSON from files that are not trusted: a key that stands twice in an object is an error, where `JSON.parse` silently
 * takes the last.
 */

import { FormatError } from "../../errors.ts";
import { decodeUtf8 } from "../bytes/byte-reader.ts";

/** A parsed JSON value. Objects have own keys only, `__proto__` among them. */
export type Json = null | boolean | number | string | Json[] | { [key: string]: Json };

const MAX_LEVELS = 32;

/**
 * Parses UTF-8 JSON.
 * @param maxObjects how many objects it may hold
 * @throws FormatError when it is not JSON, not UTF-8, repeats a key, nests deeper than 32 levels, or has too many objects
 */
export function parseJson(what: string, source: Uint8Array | string, maxObjects: number): Json {
  const text = typeof source === "string" ? source : decodeUtf8(source);
  if (text === null) throw new FormatError(`${what}: expected JSON in UTF-8`);
  // Before parsing, since this is what bounds the memory that parsing takes.
  checkKeys(what, text, maxObjects);
  try {
    return JSON.parse(text) as Json;
  } catch (error) {
    throw new FormatError(
      `${what}: expected JSON: ${error instanceof Error ? error.message : String(error)}`,
    );
  }
}

/** Whether a JSON value is an object. */
export function isJsonObject(value: Json | undefined): value is { [key: string]: Json } {
  return typeof value === "object" && value !== null && !Array.isArray(value);
}

/** Walks over the text's strings and brackets. What is not JSON for other reasons is left to the parser. */
function checkKeys(what: string, text: string, maxObjects: number): void {
  /** One entry a level: the keys of an object so far, or null for an array. */
  const levels: (Set<string> | null)[] = [];
  const token = /"(?:[^"\\]|\\.)*"(\s*:)?|[{}[\]]/gsu;
  let objects = 0;
  for (const [found, colon] of text.matchAll(token)) {
    if (found === "{" || found === "[") {
      levels.push(found === "{" ? new Set() : null);
      if (levels.length > MAX_LEVELS)
        throw new FormatError(`${what}: nests deeper than ${MAX_LEVELS} levels`);
      if (found === "{" && ++objects > maxObjects)
        throw new FormatError(`${what}: has more than ${maxObjects} objects`);
    } else if (found === "}" || found === "]") {
      levels.pop();
    } else if (colon !== undefined) {
      const keys = levels.at(-1);
      const key = unescapeKey(what, found.slice(0, -colon.length));
      if (keys?.has(key) === true)
        throw new FormatError(`${what}: the key ${JSON.stringify(key)} is there twice`);
      keys?.add(key);
    }
  }
}

/** Two spellings of one key, `"a"` and `"\u0061"`, are the same key. */
function unescapeKey(what: string, quoted: string): string {
  if (!quoted.includes("\\")) return quoted.slice(1, -1);
  try {
    return String(JSON.parse(quoted));
  } catch {
    throw new FormatError(`${what}: ${quoted.slice(0, 80)} is no string of JSON`);
  }
}

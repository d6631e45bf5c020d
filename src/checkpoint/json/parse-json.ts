/**
 * @module
 * JSON from files that are not trusted: a key that stands twice in an object is an error, where `JSON.parse` silently
 * takes the last.
 */

import { FormatError } from "../../errors.ts";
import { decodeUtf8 } from "../../bytes/byte-reader.ts";

/** A parsed JSON value. Objects have own keys only, `__proto__` among them. */
export type Json = null | boolean | number | string | Json[] | { [key: string]: Json };

const MAX_LEVELS = 32;

/**
 * Parses UTF-8 JSON.
 * @param maxContainers how many lists and objects it may hold
 * @throws FormatError when it is not JSON, not UTF-8, repeats a key, nests deeper than 32 levels, or holds too many
 */
export function parseJson(what: string, source: Uint8Array | string, maxContainers: number): Json {
  const text = typeof source === "string" ? source : decodeUtf8(source);
  if (text === null) throw new FormatError(`${what}: expected JSON in UTF-8`);
  // Before parsing, since this is what bounds the memory that parsing takes.
  checkKeys(what, text, maxContainers);
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
function checkKeys(what: string, text: string, maxContainers: number): void {
  /** One entry a level: the keys of an object so far, or null for an array. */
  const levels: (Set<string> | null)[] = [];
  let containers = 0;
  for (let i = 0; i < text.length; i++) {
    const character = text[i];
    if (character === "{" || character === "[") {
      levels.push(character === "{" ? new Set() : null);
      if (levels.length > MAX_LEVELS)
        throw new FormatError(`${what}: nests deeper than ${MAX_LEVELS} levels`);
      if (++containers > maxContainers)
        throw new FormatError(`${what}: has more than ${maxContainers} lists and objects`);
    } else if (character === "}" || character === "]") {
      levels.pop();
    } else if (character === '"') {
      const end = stringEnd(text, i);
      const keys = levels.at(-1);
      if (keys !== null && keys !== undefined && isKeyAt(text, end)) addKey(what, keys, text.slice(i, end));
      i = end - 1;
    }
  }
}

/** The index behind the closing quote of the string that opens at `start`; the end of the text when there is none. */
function stringEnd(text: string, start: number): number {
  for (let i = start + 1; i < text.length; i++) {
    if (text[i] === "\\") i++;
    else if (text[i] === '"') return i + 1;
  }
  return text.length;
}

/** Whether a colon follows, spaces aside. */
function isKeyAt(text: string, index: number): boolean {
  while (index < text.length && " \t\r\n".includes(text[index])) index++;
  return text[index] === ":";
}

function addKey(what: string, keys: Set<string>, quoted: string): void {
  const key = unescapeKey(what, quoted);
  if (keys.has(key)) throw new FormatError(`${what}: the key ${JSON.stringify(key)} is there twice`);
  keys.add(key);
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

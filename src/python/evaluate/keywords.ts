/**
 * @module
 * The keywords of a call: named ones, and those behind `**`.
 */

import { PyDict } from "../values/dict.ts";
import type { Value } from "../values/object.ts";
import { repr } from "../values/protocol.ts";
import { raise } from "../values/raise.ts";
import type { Frame } from "./frame.ts";

/** Adds one. @throws a TypeError when there is one of that name */
export function addKeyword(keywords: Map<string, Value>, name: string, value: Value): void {
  if (keywords.has(name)) raise("TypeError", `got multiple values for keyword argument '${name}'`);
  keywords.set(name, value);
}

/** Adds those of a dict. @throws a TypeError when it is none, or its keys are no names */
export function addKeywords(frame: Frame, keywords: Map<string, Value>, value: Value): void {
  if (!(value instanceof PyDict)) raise("TypeError", "the argument behind ** must be a dict");
  for (const [key, entry] of value.entries()) {
    if (typeof key !== "string")
      raise("TypeError", `keywords must be strings, got ${repr(frame.machine, key)}`);
    addKeyword(keywords, key, entry);
  }
}

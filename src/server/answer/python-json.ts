/**
 * @module
 * JSON exactly as Python's `json.dumps(value, indent=2)` prints it. TorchServe sends what a handler returns through that
 * function, and clients compare bytes.
 */

import { Float, isList } from "../../model/json-value.ts";
import type { JsonValue } from "../../model/json-value.ts";

/** Numbers in lists, nested to any depth. */
export type NestedList = number | readonly NestedList[];

/** The magnitudes between which Python writes a float without an exponent. */
const FIXED_FROM = 1e-4;
const FIXED_BELOW = 1e16;

/**
 * A float as Python's `repr` and `json.dumps` print it: the shortest digits that read back to the same double (the digits
 * that JavaScript finds too), always with a point or an exponent, and an exponent of at least two digits below 1e-4 and
 * from 1e16 on.
 *
 * @example
 * pythonFloat(1); // "1.0"
 * pythonFloat(0.00001); // "1e-05"
 * pythonFloat(-0); // "-0.0"
 */
export function pythonFloat(value: number): string {
  const magnitude = Math.abs(value);
  if (magnitude >= FIXED_FROM && magnitude < FIXED_BELOW) {
    const text = String(value);
    return Number.isInteger(value) ? `${text}.0` : text;
  }
  if (value === 0) return Object.is(value, -0) ? "-0.0" : "0.0";
  if (!Number.isFinite(value)) return Number.isNaN(value) ? "NaN" : value > 0 ? "Infinity" : "-Infinity";
  const [digits, exponent] = value.toExponential().split("e");
  return `${digits}e${exponent[0]}${exponent.slice(1).padStart(2, "0")}`;
}

/**
 * Nested lists of floats as `json.dumps(lists, indent=2)` prints them: one number a line, no newline at the end.
 *
 * @example
 * pythonFloatLists([[1, 2]]); // "[\n  [\n    1.0,\n    2.0\n  ]\n]"
 */
export function pythonFloatLists(value: NestedList): string {
  return level(value, "\n");
}

function level(value: NestedList, lineBreak: string): string {
  if (typeof value === "number") return pythonFloat(value);
  if (value.length === 0) return "[]";
  const inner = `${lineBreak}  `;
  return `[${inner}${value.map((entry) => level(entry, inner)).join(`,${inner}`)}${lineBreak}]`;
}

/**
 * What a handler answers as TorchServe sends it: text as it is, everything else as `json.dumps(value, indent=2)`.
 *
 * @example
 * handlerAnswer(7); // "7"
 * handlerAnswer(new Map([["cat", new Float(1)]])); // '{\n  "cat": 1.0\n}'
 */
export function handlerAnswer(value: JsonValue): string {
  return typeof value === "string" ? value : json(value, "\n");
}

/**
 * A value as `json.dumps(value)` prints it on one line, or, with an indent of 2, on many.
 *
 * @example
 * pythonJson(new Map([["a", [1, 2]]]), null); // '{"a": [1, 2]}'
 */
export function pythonJson(value: JsonValue, indent: null | 2): string {
  return json(value, indent === null ? null : "\n");
}

/** @param lineBreak a newline and the indent of this level; null for all on one line */
function json(value: JsonValue, lineBreak: string | null): string {
  if (value instanceof Float) return pythonFloat(value.value);
  if (typeof value === "string") return quoted(value);
  const inner = lineBreak === null ? null : `${lineBreak}  `;
  if (isList(value)) {
    const items = value.map((entry) => json(entry, inner));
    return block("[", items, "]", lineBreak);
  }
  if (typeof value !== "object" || value === null) return String(value);
  const entries = [...value].map(([key, entry]) => `${quoted(key)}: ${json(entry, inner)}`);
  return block("{", entries, "}", lineBreak);
}

function block(open: string, entries: readonly string[], close: string, lineBreak: string | null): string {
  if (entries.length === 0) return open + close;
  if (lineBreak === null) return open + entries.join(", ") + close;
  const inner = `${lineBreak}  `;
  return `${open}${inner}${entries.join(`,${inner}`)}${lineBreak}${close}`;
}

/** Python keeps to ASCII. */
function quoted(text: string): string {
  return JSON.stringify(text).replace(
    /[\u007f-\uffff]/g,
    (unit) => `\\u${unit.charCodeAt(0).toString(16).padStart(4, "0")}`,
  );
}

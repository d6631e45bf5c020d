/**
 * @module
 * What a handler's answer is as a flat tensor: the way of TorchServe's KServe V2 envelope, which hands it to NumPy.
 */

import { Float, isList } from "../../model/json-value.ts";
import type { JsonValue, PlainJson } from "../../model/json-value.ts";

/** The datatypes that answers have; objects are of type BYTES too. */
export type AnswerType = "BOOL" | "INT64" | "FP64" | "BYTES";

/**
 * The datatype of `numpy.array(answer)`: one float makes all numbers floats, one text or object all of them BYTES.
 *
 * @example
 * answerType(7); // "INT64"
 * answerType([[new Float(0.5), 1]]); // "FP64"
 */
export function answerType(answer: JsonValue): AnswerType {
  const parts = partsOf(answer);
  const all = (holds: (part: JsonValue) => boolean): boolean => parts.every(holds);
  if (parts.length > 0 && all((part) => typeof part === "boolean")) return "BOOL";
  if (parts.length > 0 && all((part) => ["boolean", "number"].includes(typeof part))) return "INT64";
  return all((part) => ["boolean", "number"].includes(typeof part) || part instanceof Float)
    ? "FP64"
    : "BYTES";
}

/** The entries of nested lists in one list; anything else is a list with itself. */
export function flatAnswer(answer: PlainJson): PlainJson[] {
  return isPlainList(answer) ? answer.flatMap(flatAnswer) : [answer];
}

function partsOf(answer: JsonValue): JsonValue[] {
  return isList(answer) ? answer.flatMap(partsOf) : [answer];
}

function isPlainList(answer: PlainJson): answer is readonly PlainJson[] {
  return Array.isArray(answer);
}

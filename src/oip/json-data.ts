/**
 * @module
 * The `data` of a tensor in JSON: flat or nested lists, row-major.
 */

import { FormatError } from "../errors.ts";
import { newArray } from "./datatypes.ts";
import type { Datatype, DatatypeArrays, InferTensor, WritableDatatype } from "./datatypes.ts";

/** Deeper lists are not followed, so that a hostile body cannot exhaust the stack. */
const MAX_DEPTH = 8;

/** Numbers that JSON has no form for; they travel under their names, as in protobuf's JSON, and as the schema allows. */
const NAMED_NUMBERS: readonly number[] = [NaN, Infinity, -Infinity];

/** The least and the greatest integer of each datatype that JSON can carry exactly. */
const integerRanges: Partial<Record<Datatype, readonly [number, number]>> = {
  UINT8: [0, 2 ** 8 - 1],
  UINT16: [0, 2 ** 16 - 1],
  UINT32: [0, 2 ** 32 - 1],
  UINT64: [0, Number.MAX_SAFE_INTEGER],
  INT8: [-(2 ** 7), 2 ** 7 - 1],
  INT16: [-(2 ** 15), 2 ** 15 - 1],
  INT32: [-(2 ** 31), 2 ** 31 - 1],
  INT64: [Number.MIN_SAFE_INTEGER, Number.MAX_SAFE_INTEGER],
};

/**
 * The elements of a tensor from its JSON `data`. A BYTES element is a string, which stands for its UTF-8.
 * @throws FormatError when an element is not of the datatype, or the datatype does not exist in JSON (FP16, BF16)
 */
export function readJsonData(datatype: Datatype, data: unknown, where: string): DatatypeArrays[Datatype] {
  const flat: unknown[] = [];
  flatten(data, 0, flat, where);
  if (datatype === "FP16" || datatype === "BF16") {
    throw new FormatError(
      `${where}: ${datatype} has no form in JSON; send it as raw bytes (binary tensor data extension), or as FP32`,
    );
  }
  if (datatype === "BYTES") return flat.map((element) => bytesOf(element, where));
  return numbersOf(datatype, flat, where);
}

function flatten(value: unknown, depth: number, flat: unknown[], where: string): void {
  if (!Array.isArray(value)) {
    if (depth > 0) flat.push(value);
    else throw new FormatError(`${where}: data must be a list, got ${describe(value)}`);
    return;
  }
  if (depth === MAX_DEPTH)
    throw new FormatError(`${where}: data is nested more than ${MAX_DEPTH} lists deep`);
  for (const entry of value) flatten(entry, depth + 1, flat, where);
}

function bytesOf(element: unknown, where: string): Uint8Array {
  if (typeof element === "string") return new TextEncoder().encode(element);
  throw new FormatError(`${where}: an element of a BYTES tensor must be a string, got ${describe(element)}`);
}

function numbersOf(
  datatype: WritableDatatype,
  flat: readonly unknown[],
  where: string,
): DatatypeArrays[WritableDatatype] {
  const array = newArray(datatype, flat.length);
  for (let i = 0; i < flat.length; i++) {
    const number = numberOf(datatype, flat[i], where);
    if (array instanceof BigInt64Array || array instanceof BigUint64Array) array[i] = BigInt(number);
    else array[i] = number;
  }
  return array;
}

function numberOf(datatype: WritableDatatype, element: unknown, where: string): number {
  if (datatype === "BOOL") {
    if (element === true || element === 1) return 1;
    if (element === false || element === 0) return 0;
    throw new FormatError(
      `${where}: an element of a BOOL tensor must be true or false, got ${describe(element)}`,
    );
  }
  const range = integerRanges[datatype];
  if (range === undefined) {
    const number = numberFromJson(element);
    if (number !== undefined) return number;
    throw new FormatError(
      `${where}: an element of a ${datatype} tensor must be a finite number, got ${describe(element)}`,
    );
  }
  const [least, most] = range;
  if (typeof element === "number" && Number.isInteger(element) && element >= least && element <= most)
    return element;
  throw new FormatError(
    `${where}: an element of a ${datatype} tensor must be an integer from ${least} to ${most}, got ${describe(element)}`,
  );
}

function describe(value: unknown): string {
  return (JSON.stringify(value) ?? "none").slice(0, 60);
}

/**
 * The flat `data` of a tensor for JSON. Integers beyond 2^53 lose their last digits: ask for raw bytes. NaN and infinities, which
 * JSON does not have, become "NaN", "Infinity" and "-Infinity".
 * @throws FormatError when a BYTES element is not UTF-8
 */
export function writeJsonData(tensor: InferTensor): unknown[] {
  const { datatype, data } = tensor;
  if (datatype === "BYTES") return data.map(textOf);
  if (datatype === "BOOL") return Array.from(data, (byte) => byte !== 0);
  return Array.from(data as ArrayLike<number | bigint>, (element) => jsonNumber(Number(element)));
}

/** A number as it travels in JSON: itself, or its name where JSON has no form for it. */
export function jsonNumber(number: number): number | string {
  return Number.isFinite(number) ? number : String(number);
}

/** The number that an element of JSON stands for, by its form or by its name; undefined when it is neither. */
export function numberFromJson(element: unknown): number | undefined {
  if (typeof element === "number" && Number.isFinite(element)) return element;
  return NAMED_NUMBERS.find((number) => element === String(number));
}

function textOf(bytes: Uint8Array): string {
  try {
    return new TextDecoder("utf-8", { fatal: true, ignoreBOM: true }).decode(bytes);
  } catch (cause) {
    throw new FormatError(
      "a BYTES element is not UTF-8, which JSON needs; use the binary tensor data extension",
      {
        cause,
      },
    );
  }
}

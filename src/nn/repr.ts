/**
 * @module
 * Values as Python's `repr` writes them, so that a printed module reads as PyTorch's.
 */

import type { Pair } from "../ops/index.ts";

/** `1.0`, `0.25`, `1e-05`. */
export function pythonFloat(value: number): string {
  if (!Number.isFinite(value)) return Number.isNaN(value) ? "nan" : value > 0 ? "inf" : "-inf";
  // Python turns to exponents below 1e-4, JavaScript only below 1e-6; Python writes two digits of them.
  const size = Math.abs(value);
  const text = size !== 0 && (size < 1e-4 || size >= 1e16) ? value.toExponential() : String(value);
  if (text.includes("e")) return text.replace(/e([+-])(\d)$/, "e$10$2");
  return text.includes(".") ? text : `${text}.0`;
}

/** `True` or `False`. */
export function pythonBool(value: boolean): string {
  return value ? "True" : "False";
}

/** `(1, 2)`. */
export function pythonTuple(values: readonly (number | null)[]): string {
  return `(${values.map((value) => value ?? "None").join(", ")})`;
}

/** `3`, or `(3, 5)` where two numbers were given. */
export function pythonPair(value: Pair): string {
  return typeof value === "number" ? String(value) : pythonTuple(value);
}

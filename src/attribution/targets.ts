/**
 * @module
 * Which scalar of each example's output is explained.
 */

import { ArgumentError, DTypeError, formatShape, IndexRangeError, ShapeError } from "../errors.ts";
import type { IntDType } from "../tensor/dtype.ts";
import type { Shape } from "../tensor/shape.ts";
import { Tensor } from "../tensor/tensor.ts";
import type { AnyTensor } from "../tensor/tensor.ts";
import { takeRows } from "./rows.ts";

/**
 * What to explain of an output [N, ...]:
 *
 * - nothing or null: the output itself, which then has one scalar per example;
 * - a number, or an integer tensor of one element: that class for every example; -1 is the last;
 * - a list of N numbers, or an integer tensor [N]: a class for each example;
 * - `{ index: [i, j, ...] }`: that place in every example's output (Captum's tuple);
 * - a list of N lists: a place for each example (Captum's list of tuples).
 */
export type Target =
  | null
  | number
  | readonly number[]
  | readonly (readonly number[])[]
  | { readonly index: readonly number[] }
  | Tensor<IntDType>;

/** A {@link Target} that was checked against the number of examples. */
export interface ResolvedTarget {
  /** The place in the output of example i, i modulo the list's length; null takes the whole output. */
  readonly places: readonly (readonly number[])[] | null;
  /** Whether classes were given one by one, which says that the output is [N, classes]. */
  readonly perClass: boolean;
}

/**
 * Checks a target against the number of examples, before any forward pass.
 * @throws ArgumentError when it is no target at all, or its length is not the number of examples
 * @throws DTypeError when a tensor is not of integers
 * @throws ShapeError when a tensor has another shape than [] or [N]
 */
export function resolveTarget(target: Target | undefined, examples: number): ResolvedTarget {
  if (target === undefined || target === null) return { places: null, perClass: false };
  if (typeof target === "number") return { places: [[checkInteger(target)]], perClass: false };
  if (typeof target !== "object") {
    throw new ArgumentError(`target: expected a number, a list or a tensor, got ${typeof target}`);
  }
  if (target instanceof Tensor) return tensorTarget(target, examples);
  if (isIndex(target)) return { places: [target.index.map(checkInteger)], perClass: false };
  if (!Array.isArray(target)) {
    throw new ArgumentError("target: expected a number, a list or a tensor, got an object without an index");
  }
  checkLength(target.length, examples);
  const list: readonly (number | readonly number[])[] = target;
  const perClass = list.every((entry) => typeof entry === "number");
  if (!perClass && list.some((entry) => typeof entry === "number")) {
    throw new ArgumentError("target: expected a list of numbers or a list of lists, got both in one");
  }
  return {
    places: list.map((entry) => (typeof entry === "number" ? [entry] : entry).map(checkInteger)),
    perClass,
  };
}

/**
 * Where in a flat output each row's chosen scalar lies.
 * @param shape of the output, dimension 0 as long as `rows`
 * @param rows which example each row stems from
 * @throws ShapeError when the target leaves more than one scalar per row, or has more parts than the output
 * @throws IndexRangeError when a place lies outside of the output
 */
export function targetOffsets(shape: Shape, target: ResolvedTarget, rows: readonly number[]): number[] {
  const sizes = shape.slice(1);
  const perRow = sizes.reduce((product, size) => product * size, 1);
  const places = target.places ?? [[]];
  if (target.perClass && sizes.length !== 1) {
    throw new ShapeError(
      `target: a class for each example needs an output [N, classes], got ${showOutput(sizes)}`,
    );
  }
  const within = places.map((place) => offsetWithin(sizes, place));
  return rows.map((example, row) => row * perRow + within[example % within.length]);
}

/** A target whose entries for single examples are repeated as `rows` repeats the examples. */
export function repeatTarget(target: Target | undefined, rows: readonly number[]): Target {
  if (target === undefined || target === null || typeof target === "number") return target ?? null;
  if (target instanceof Tensor) return target.numel() > 1 ? takeRows(target, rows) : target;
  if (isIndex(target)) return target;
  return isClassList(target) ? rows.map((row) => target[row]) : rows.map((row) => target[row]);
}

/** The offset of `place` in one row of `sizes`; what the place leaves open must be a single element. */
function offsetWithin(sizes: Shape, place: readonly number[]): number {
  if (place.length > sizes.length) {
    throw new ShapeError(
      `target: cannot choose ${formatShape(place)} from an output ${showOutput(sizes)}` +
        (sizes.length === 0 ? ", which has one scalar per example already; leave the target out" : ""),
    );
  }
  const open = sizes.slice(place.length).reduce((product, size) => product * size, 1);
  if (open !== 1) {
    throw new ShapeError(
      `target: ${place.length === 0 ? "none was given, and " : ""}the output ${showOutput(sizes)} leaves ${open} values ` +
        `per example; expected one: choose ${sizes.length === 1 ? `a class from 0 to ${sizes[0] - 1}` : "an index"}`,
    );
  }
  return place.reduce((offset, index, d) => offset * sizes[d] + indexIn(sizes, d, index), 0);
}

function indexIn(sizes: Shape, d: number, index: number): number {
  const size = sizes[d];
  if (index < -size || index >= size) {
    const what = sizes.length === 1 ? `has ${size} classes` : `has size ${size} in dimension ${d + 1}`;
    throw new IndexRangeError(
      `target: ${index} is out of range; the output ${showOutput(sizes)} ${what}: expected ${-size} to ${size - 1}`,
    );
  }
  return index < 0 ? index + size : index;
}

function tensorTarget(target: AnyTensor, examples: number): ResolvedTarget {
  if (target.dtype === "float32" || target.dtype === "float64" || target.dtype === "bool") {
    throw new DTypeError(
      `target: expected a tensor of integers, got ${target.dtype}; convert it with .to("int64")`,
    );
  }
  if (target.numel() === 1) return { places: [[target.item()]], perClass: false };
  if (target.ndim !== 1) {
    throw new ShapeError(
      `target: expected a tensor [${examples}], one class per example, got ${formatShape(target.shape)}`,
    );
  }
  checkLength(target.numel(), examples);
  const classes = target.to("float64").data;
  return { places: Array.from(classes, (value) => [value]), perClass: true };
}

function checkLength(length: number, examples: number): void {
  if (length === examples) return;
  throw new ArgumentError(
    `target: expected one for each of the ${examples} examples, got ${length}; ` +
      "a single index into a larger output is written { index: [...] }",
  );
}

function checkInteger(value: number): number {
  if (Number.isInteger(value)) return value;
  throw new ArgumentError(`target: expected an integer, got ${String(value)}`);
}

function isClassList(list: readonly number[] | readonly (readonly number[])[]): list is readonly number[] {
  return list.every((entry) => typeof entry === "number");
}

function isIndex(target: object): target is { readonly index: readonly number[] } {
  return "index" in target && Array.isArray(target.index);
}

/** The output's shape as the user knows it, without the steps: [N, 10]. */
function showOutput(sizes: Shape): string {
  return `[${["N", ...sizes].join(", ")}]`;
}

/**
 * @module
 * The algebra of shapes: counting, strides, dimensions counted from the end, broadcasting.
 */

import { ArgumentError, formatShape, IndexRangeError, ShapeError } from "../errors.ts";

/** Sizes of a tensor, outermost first; `[]` is a scalar. */
export type Shape = readonly number[];

/** Number of elements of a tensor of `shape`: the product of its sizes, 1 for a scalar. */
export function elementCount(shape: Shape): number {
  let count = 1;
  for (const size of shape) count *= size;
  return count;
}

/** Distances, in elements, between neighbours along each dimension of a contiguous row-major tensor. */
export function contiguousStrides(shape: Shape): number[] {
  const strides = new Array<number>(shape.length);
  let stride = 1;
  for (let d = shape.length - 1; d >= 0; d--) {
    strides[d] = stride;
    stride *= shape[d];
  }
  return strides;
}

/** Whether two shapes have the same rank and sizes. */
export function sameShape(a: Shape, b: Shape): boolean {
  return a.length === b.length && a.every((size, d) => size === b[d]);
}

/**
 * Throws unless every size is an integer >= 0 and their product is a safe integer.
 * @throws ShapeError
 */
export function checkShape(op: string, shape: Shape): void {
  if (!shape.every((size) => Number.isInteger(size) && size >= 0)) {
    throw new ShapeError(`${op}: expected sizes that are integers >= 0, got ${formatShape(shape)}`);
  }
  if (!Number.isSafeInteger(elementCount(shape))) {
    throw new ShapeError(`${op}: ${formatShape(shape)} has more elements than a number can count`);
  }
}

/**
 * Turns a dimension that may count from the end (`-1` is the last) into an index.
 * @param rank of the tensor; a scalar is treated as having one dimension, as PyTorch does
 * @throws IndexRangeError
 */
export function normalizeDim(op: string, dim: number, rank: number): number {
  const limit = Math.max(rank, 1);
  if (!Number.isInteger(dim) || dim < -limit || dim >= limit) {
    throw new IndexRangeError(
      `${op}: expected a dimension in [${-limit}, ${limit - 1}] for a tensor of rank ${rank}, got ${dim}`,
    );
  }
  return dim < 0 ? dim + limit : dim;
}

/**
 * Turns a list of dimensions into ascending indices without repeats; `undefined` and `[]` mean all of them.
 * @throws IndexRangeError when one is out of range
 * @throws ArgumentError when one appears twice
 */
export function normalizeDims(
  op: string,
  dims: number | readonly number[] | undefined,
  rank: number,
): number[] {
  const given = typeof dims === "number" ? [dims] : (dims ?? []);
  if (given.length === 0) return Array.from({ length: rank }, (_, d) => d);
  const list = given.map((dim) => normalizeDim(op, dim, rank));
  if (new Set(list).size !== list.length) {
    throw new ArgumentError(`${op}: a dimension appears twice in [${list.join(", ")}]`);
  }
  return rank === 0 ? [] : list.sort((a, b) => a - b);
}

/**
 * The shape that `a` and `b` have after broadcasting: aligned at the last dimension, a size of 1 stretches.
 * @throws ShapeError naming both shapes and the dimension that does not fit
 */
export function broadcastShapes(op: string, a: Shape, b: Shape): number[] {
  const rank = Math.max(a.length, b.length);
  const out = new Array<number>(rank);
  for (let d = 0; d < rank; d++) {
    const sizeA = a[d - rank + a.length] ?? 1;
    const sizeB = b[d - rank + b.length] ?? 1;
    if (sizeA !== sizeB && sizeA !== 1 && sizeB !== 1) {
      throw new ShapeError(
        `${op}: ${formatShape(a)} and ${formatShape(b)} do not broadcast: ` +
          `dimension ${d - rank} has sizes ${sizeA} and ${sizeB}, expected equal sizes or a 1`,
      );
    }
    out[d] = sizeA === 1 ? sizeB : sizeA;
  }
  return out;
}

/**
 * Strides with which a contiguous tensor of `shape` is read as if it had shape `out`: 0 where it is stretched.
 * `shape` must broadcast to `out`.
 */
export function broadcastStrides(shape: Shape, out: Shape): number[] {
  const own = contiguousStrides(shape);
  return out.map((_, d) => {
    const i = d - out.length + shape.length;
    return i < 0 || shape[i] === 1 ? 0 : own[i];
  });
}

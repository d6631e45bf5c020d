/**
 * @module
 * Cutting a box out of a tensor. The result is a copy.
 */

import { defineOp } from "../autograd/op.ts";
import { ArgumentError, formatShape, IndexRangeError, ShapeError } from "../errors.ts";
import { collapse } from "../kernels/reference/broadcast.ts";
import { addRegion, copyRegion } from "../kernels/reference/region.ts";
import type { Region } from "../kernels/reference/region.ts";
import { contiguousStrides, normalizeDim } from "../tensor/shape.ts";
import type { Shape } from "../tensor/shape.ts";
import type { Tensor } from "../tensor/tensor.ts";

/** What is kept of one dimension: `count` entries from `start` on, `step` apart. */
export interface Cut {
  readonly start: number;
  readonly count: number;
  readonly step: number;
  /** Whether the dimension disappears from the result: its one entry was named by number. */
  readonly drop: boolean;
}

/** Where a cut-out comes from. */
export interface CutPlan {
  readonly outShape: Shape;
  readonly region: Region;
}

/** The geometry of taking `cuts[d]` of every dimension d of `shape`: A is the result, B the tensor. */
export function planCut(shape: Shape, cuts: readonly Cut[]): CutPlan {
  const sizes = cuts.map((cut) => cut.count);
  const strides = contiguousStrides(shape);
  const pair = {
    sizes,
    stridesA: contiguousStrides(sizes),
    stridesB: strides.map((stride, d) => stride * cuts[d].step),
  };
  return {
    outShape: sizes.filter((_, d) => !cuts[d].drop),
    region: {
      ...collapse(pair),
      startA: 0,
      startB: strides.reduce((place, stride, d) => place + stride * cuts[d].start, 0),
    },
  };
}

/** The operation that keeps what `plan` says of a tensor. */
export function defineCut<Options>(
  name: string,
  plan: (shape: Shape, options: Options) => readonly Cut[],
): (xs: readonly [Tensor], options: Options) => Tensor {
  return defineOp<readonly [Tensor], Options, CutPlan>({
    name,
    plan: ([x], options) => planCut(x.shape, plan(x.shape, options)),
    forward(y, [x], { region }) {
      copyRegion(y, x.data, region);
      return (dy, [dx]) => {
        if (dx) addRegion(dx, dy, region);
      };
    },
  });
}

/** A dimension that is kept whole. */
export function whole(size: number): Cut {
  return { start: 0, count: size, step: 1, drop: false };
}

/**
 * Python's `start:end:step` of a dimension: negative bounds count from the end, and bounds beyond it are cut to it.
 * @throws ArgumentError when `step` is not a positive integer or a bound is not an integer
 */
export function rangeCut(op: string, size: number, start: number, end: number, step: number): Cut {
  if (!Number.isInteger(step) || step < 1) {
    throw new ArgumentError(`${op}: expected a step that is an integer >= 1, got ${step}`);
  }
  const from = clampBound(op, start, size);
  const to = clampBound(op, end, size);
  return { start: from, count: Math.max(0, Math.ceil((to - from) / step)), step, drop: false };
}

/**
 * One entry of a dimension, which disappears.
 * @throws IndexRangeError naming the shape when there is no such entry
 */
export function entryCut(op: string, shape: Shape, d: number, index: number): Cut {
  const size = shape[d];
  if (!Number.isInteger(index) || index < -size || index >= size) {
    throw new IndexRangeError(
      `${op}: index ${index} is outside of dimension ${d} of ${formatShape(shape)}: ` +
        (size === 0 ? "it is empty" : `expected an integer in [${-size}, ${size - 1}]`),
    );
  }
  return { start: index < 0 ? index + size : index, count: 1, step: 1, drop: true };
}

interface Range {
  readonly dim: number;
  readonly start: number;
  readonly end: number;
  readonly step: number;
}

const sliceOp = defineCut<Range>("slice", (shape, { dim, start, end, step }) => {
  const d = dimensionOf("slice", shape, dim);
  return shape.map((size, i) => (i === d ? rangeCut("slice", size, start, end, step) : whole(size)));
});

const narrowOp = defineCut<{ dim: number; start: number; length: number }>(
  "narrow",
  (shape, { dim, start, length }) => {
    const d = dimensionOf("narrow", shape, dim);
    const from = start < 0 ? start + shape[d] : start;
    if (![from, length].every((n) => Number.isInteger(n) && n >= 0) || from + length > shape[d]) {
      throw new IndexRangeError(
        `narrow: ${length} entries from ${start} on do not lie in dimension ${d} of ${formatShape(shape)}`,
      );
    }
    return shape.map((size, i) => (i === d ? { ...whole(length), start: from } : whole(size)));
  },
);

const selectOp = defineCut<{ dim: number; index: number }>("select", (shape, { dim, index }) => {
  const d = dimensionOf("select", shape, dim);
  return shape.map((size, i) => (i === d ? entryCut("select", shape, d, index) : whole(size)));
});

/**
 * The entries `start`, `start + step`, ... below `end` of one dimension; `x[:, start:end:step]` for dimension 1. Bounds
 * follow Python: negative ones count from the end, those beyond it are cut to it. A copy.
 * @throws IndexRangeError when there is no dimension `dim`
 * @throws ArgumentError when `step` is not a positive integer
 *
 * @example
 * slice(tensor([[1, 2, 3], [4, 5, 6]]), 1, -2); // [[2, 3], [5, 6]]
 */
export function slice(x: Tensor, dim: number, start = 0, end = Infinity, step = 1): Tensor {
  return sliceOp([x], { dim, start, end, step });
}

/**
 * `length` entries of one dimension from `start` on. As `torch.narrow`, except that the result is a copy.
 * @throws IndexRangeError when they do not lie in the dimension
 */
export function narrow(x: Tensor, dim: number, start: number, length: number): Tensor {
  return narrowOp([x], { dim, start, length });
}

/**
 * One entry of a dimension, which disappears: `select(x, 1, 3)` is `x[:, 3]`. As `torch.select`, except that the result
 * is a copy.
 * @param index counted from the end when negative
 * @throws IndexRangeError when there is no such dimension or entry
 */
export function select(x: Tensor, dim: number, index: number): Tensor {
  return selectOp([x], { dim, index });
}

function dimensionOf(op: string, shape: Shape, dim: number): number {
  if (shape.length === 0) throw new ShapeError(`${op}: a scalar has no dimension to cut; unsqueeze it first`);
  return normalizeDim(op, dim, shape.length);
}

/** A bound counted from the start and cut to [0, size]. */
function clampBound(op: string, bound: number, size: number): number {
  if (!Number.isInteger(bound) && Math.abs(bound) !== Infinity) {
    throw new ArgumentError(`${op}: expected bounds that are integers, got ${bound}`);
  }
  return Math.min(Math.max(bound < 0 ? bound + size : bound, 0), size);
}

/**
 * @module
 * Changes of shape alone. The result shares the input's array: writing to one changes the other.
 */

import { defineOp } from "../autograd/op.ts";
import type { Op } from "../autograd/op.ts";
import { ArgumentError, formatShape, ShapeError } from "../errors.ts";
import { add } from "../kernels/reference/add.ts";
import { elementCount, normalizeDim, normalizeDims } from "../tensor/shape.ts";
import type { Shape } from "../tensor/shape.ts";
import type { Tensor } from "../tensor/tensor.ts";

/** The operation that gives `x` the shape that `plan` finds for it. */
function defineAlias<Options>(
  name: string,
  plan: (shape: Shape, options: Options) => Shape,
): Op<readonly [Tensor], Options, { outShape: Shape }> {
  return defineOp<readonly [Tensor], Options, { outShape: Shape }>({
    name,
    alias: true,
    plan: ([x], options) => ({ outShape: plan(x.shape, options) }),
    forward:
      () =>
      (dy, [dx]) => {
        if (dx) add(dx, dx, dy);
      },
  });
}

const reshapeOp = defineAlias<Shape>("reshape", reshapedShape);
const flattenOp = defineAlias<readonly [number, number]>("flatten", flattenedShape);
const unsqueezeOp = defineAlias<number>("unsqueeze", (shape, dim) => {
  const d = normalizeDim("unsqueeze", dim, shape.length + 1);
  return [...shape.slice(0, d), 1, ...shape.slice(d)];
});
const squeezeOp = defineAlias<number | readonly number[] | undefined>("squeeze", (shape, dims) => {
  const chosen = normalizeDims("squeeze", dims, shape.length);
  return shape.filter((size, d) => size !== 1 || !chosen.includes(d));
});

/**
 * The same elements, in the same order, in another shape. As `torch.reshape`; always shares the array.
 * @param shape one size may be -1: it becomes what is left
 * @throws ShapeError when the counts of elements differ, or -1 is ambiguous
 *
 * @example
 * reshape(zeros([2, 3, 4]), [2, -1]).shape; // [2, 12]
 */
export function reshape(x: Tensor, shape: Shape): Tensor {
  return reshapeOp([x], shape);
}

/** Another name of {@link reshape}. As `torch.Tensor.view`, which here never fails for reasons of memory layout. */
export function view(x: Tensor, shape: Shape): Tensor {
  return reshapeOp([x], shape);
}

/**
 * Merges the dimensions from `startDim` to `endDim`, both included, into one; a scalar becomes `[1]`. As
 * `torch.flatten`; shares the array. (A layer's `Flatten` starts at dimension 1.)
 * @throws IndexRangeError when a dimension is out of range
 * @throws ArgumentError when `startDim` comes after `endDim`
 *
 * @example
 * flatten(zeros([8, 64, 12, 12]), 1).shape; // [8, 9216]
 */
export function flatten(x: Tensor, startDim = 0, endDim = -1): Tensor {
  return flattenOp([x], [startDim, endDim]);
}

/**
 * Drops dimensions of size 1: all of them, or those among `dims`; others stay. As `torch.squeeze`; shares the array.
 * @throws IndexRangeError when a dimension is out of range
 */
export function squeeze(x: Tensor, dims?: number | readonly number[]): Tensor {
  return squeezeOp([x], dims);
}

/**
 * Inserts a dimension of size 1 at `dim`; -1 appends it. As `torch.unsqueeze`; shares the array.
 * @throws IndexRangeError when `dim` is outside of [-rank - 1, rank]
 */
export function unsqueeze(x: Tensor, dim: number): Tensor {
  return unsqueezeOp([x], dim);
}

function reshapedShape(from: Shape, wanted: Shape): Shape {
  const count = elementCount(from);
  const open = wanted.indexOf(-1);
  const known = elementCount(wanted.filter((_, d) => d !== open));
  const sizes = wanted.map((size, d) => (d === open ? count / known : size));
  // 0 / 0 is NaN: with a size of 0 any number would do for -1.
  if (!sizes.every((size) => Number.isInteger(size) && size >= 0) || elementCount(sizes) !== count) {
    throw new ShapeError(
      `reshape: ${formatShape(from)} has ${count} elements, which do not fill ${formatShape(wanted)}` +
        (open >= 0 ? `; -1 stands for one size that must come out whole and definite` : ""),
    );
  }
  return sizes;
}

function flattenedShape(shape: Shape, [startDim, endDim]: readonly [number, number]): Shape {
  const start = normalizeDim("flatten", startDim, shape.length);
  const end = normalizeDim("flatten", endDim, shape.length);
  if (start > end) {
    throw new ArgumentError(
      `flatten: expected startDim <= endDim, got ${startDim} and ${endDim} for a tensor ${formatShape(shape)}`,
    );
  }
  return [...shape.slice(0, start), elementCount(shape.slice(start, end + 1)), ...shape.slice(end + 1)];
}

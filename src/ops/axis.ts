/**
 * @module
 * One dimension of a shape, as the kernels see it.
 */

import type { Axis } from "../kernels/reference/axis.ts";
import { elementCount, normalizeDim } from "../tensor/shape.ts";
import type { Shape } from "../tensor/shape.ts";

/**
 * Dimension `dim` of `shape`, counted from the end when negative. A scalar has one line of one entry.
 * @throws IndexRangeError when there is no such dimension
 */
export function axisOf(op: string, shape: Shape, dim: number): Axis & { readonly dim: number } {
  const d = normalizeDim(op, dim, shape.length);
  return {
    dim: d,
    outer: elementCount(shape.slice(0, d)),
    size: shape[d] ?? 1,
    inner: elementCount(shape.slice(d + 1)),
  };
}

/**
 * @module
 * Integers that name places: given as a list of numbers or as an integer tensor.
 */

import { DTypeError, formatShape, IndexRangeError } from "../errors.ts";
import { isFloat } from "../tensor/dtype.ts";
import type { IntDType } from "../tensor/dtype.ts";
import type { Shape } from "../tensor/shape.ts";
import type { Tensor } from "../tensor/tensor.ts";

/** Indices or classes: one number, a list of them, or a tensor of integers of any width. */
export type Indices = number | readonly number[] | Tensor<IntDType>;

/** The shape of indices: a number has that of a scalar, a list that of a vector. */
export function indicesShape(indices: Indices): Shape {
  if (typeof indices === "number") return [];
  return "shape" in indices ? indices.shape : [indices.length];
}

/**
 * The indices as numbers, in row-major order.
 * @throws DTypeError when the tensor holds floats or booleans
 */
export function indexValues(op: string, indices: Indices): number[] {
  if (typeof indices === "number") return [indices];
  if (!("shape" in indices)) return [...indices];
  if (isFloat(indices.dtype) || indices.dtype === "bool") {
    throw new DTypeError(
      `${op}: expected indices of an integer dtype, got ${indices.dtype} of shape ${formatShape(indices.shape)}; ` +
        'convert them with .to("int64")',
    );
  }
  return Array.from(indices.data, Number);
}

/**
 * The indices as an array for kernels, each checked to be an integer in [0, size).
 * @param of what is indexed, for the message
 * @throws IndexRangeError naming the first that is not
 */
export function checkedIndices(op: string, indices: Indices, size: number, of: string): Int32Array {
  const values = indexValues(op, indices);
  const bad = values.findIndex((value) => !Number.isInteger(value) || value < 0 || value >= size);
  if (bad >= 0) {
    throw new IndexRangeError(
      `${op}: index ${values[bad]} at position ${bad} is outside of ${of}: expected an integer in [0, ${size - 1}]`,
    );
  }
  return Int32Array.from(values);
}

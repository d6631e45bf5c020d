/**
 * @module
 * Exchanging dimensions. The result is a copy.
 */

import { defineOp } from "../autograd/op.ts";
import { ArgumentError, formatShape } from "../errors.ts";
import { collapse } from "../kernels/reference/broadcast.ts";
import { addRegion, copyRegion } from "../kernels/reference/region.ts";
import type { Region } from "../kernels/reference/region.ts";
import { contiguousStrides, normalizeDim } from "../tensor/shape.ts";
import type { Shape } from "../tensor/shape.ts";
import type { Tensor } from "../tensor/tensor.ts";

interface PermutePlan {
  readonly outShape: Shape;
  readonly region: Region;
}

/** @param order which dimension of `shape` becomes the first, the second, ... of the result; A is the result. */
function planPermute(shape: Shape, order: readonly number[]): PermutePlan {
  const outShape = order.map((d) => shape[d]);
  const strides = contiguousStrides(shape);
  const pair = {
    sizes: outShape,
    stridesA: contiguousStrides(outShape),
    stridesB: order.map((d) => strides[d]),
  };
  return { outShape, region: { ...collapse(pair), startA: 0, startB: 0 } };
}

function definePermutation<Options>(
  name: string,
  order: (shape: Shape, options: Options) => readonly number[],
): (xs: readonly [Tensor], options: Options) => Tensor {
  return defineOp<readonly [Tensor], Options, PermutePlan>({
    name,
    plan: ([x], options) => planPermute(x.shape, order(x.shape, options)),
    forward(y, [x], { region }) {
      copyRegion(y, x.data, region);
      return (dy, [dx]) => {
        if (dx) addRegion(dx, dy, region);
      };
    },
  });
}

const permuteOp = definePermutation<readonly number[]>("permute", (shape, dims) => {
  const order = dims.map((dim) => normalizeDim("permute", dim, shape.length));
  if (order.length !== shape.length || new Set(order).size !== order.length) {
    throw new ArgumentError(
      `permute: expected each of the ${shape.length} dimensions of ${formatShape(shape)} once, got [${dims.join(", ")}]`,
    );
  }
  return order;
});

const transposeOp = definePermutation<readonly [number, number]>("transpose", (shape, dims) => {
  const [a, b] = dims.map((dim) => normalizeDim("transpose", dim, shape.length));
  return shape.map((_, d) => (d === a ? b : d === b ? a : d));
});

/**
 * The dimensions in another order: dimension i of the result is dimension `dims[i]` of `x`. As `torch.permute`, except
 * that the result is a copy.
 * @throws ArgumentError when `dims` does not name every dimension once
 * @throws IndexRangeError when a dimension is out of range
 *
 * @example
 * permute(zeros([28, 30, 3]), [2, 0, 1]).shape; // [3, 28, 30]
 */
export function permute(x: Tensor, dims: readonly number[]): Tensor {
  return permuteOp([x], dims);
}

/**
 * Two dimensions exchanged. As `torch.transpose`, except that the result is a copy.
 * @throws IndexRangeError when a dimension is out of range
 */
export function transpose(x: Tensor, dim0: number, dim1: number): Tensor {
  return transposeOp([x], [dim0, dim1]);
}

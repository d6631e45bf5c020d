/**
 * @module
 * Picking entries of one dimension by number.
 */

import { defineOp } from "../autograd/op.ts";
import { formatShape, ShapeError } from "../errors.ts";
import { addPlaces, addSlabs, locate, takePlaces, takeSlabs } from "../kernels/reference/axis.ts";
import type { Axis } from "../kernels/reference/axis.ts";
import type { IntDType } from "../tensor/dtype.ts";
import { contiguousStrides } from "../tensor/shape.ts";
import type { Shape } from "../tensor/shape.ts";
import type { Tensor } from "../tensor/tensor.ts";
import { axisOf } from "./axis.ts";
import { checkedIndices, indicesShape } from "./indices.ts";
import type { Indices } from "./indices.ts";

interface Call<I extends Indices> {
  readonly dim: number;
  readonly index: I;
}

interface SlabPlan {
  readonly outShape: Shape;
  readonly axis: Axis;
  readonly index: Int32Array;
}

const indexSelectOp = defineOp<readonly [Tensor], Call<Indices>, SlabPlan>({
  name: "indexSelect",
  plan: ([x], { dim, index }) => planIndexSelect(x.shape, dim, index),
  forward(y, [x], { axis, index }) {
    takeSlabs(y, x.data, index, axis);
    return (dy, [dx]) => {
      if (dx) addSlabs(dx, dy, index, axis);
    };
  },
});

const gatherOp = defineOp<readonly [Tensor], Call<Tensor<IntDType>>, { outShape: Shape; places: Int32Array }>(
  {
    name: "gather",
    plan: ([x], { dim, index }) => planGather(x.shape, dim, index),
    forward(y, [x], { places }) {
      takePlaces(y, x.data, places);
      return (dy, [dx]) => {
        if (dx) addPlaces(dx, dy, places);
      };
    },
  },
);

/**
 * The entries of dimension `dim` that `index` lists, in its order, repeats allowed; the gradient of an entry is the sum
 * over its repeats. As `torch.index_select`; `indexSelect(x, 0, [2, 0])` is `x[[2, 0]]`.
 * @param index one number, a list or a vector of integers in [0, size)
 * @returns the shape of `x` with the count of indices in dimension `dim`
 * @throws IndexRangeError naming the first index outside of the dimension
 * @throws ShapeError when `index` has two dimensions or more
 */
export function indexSelect(x: Tensor, dim: number, index: Indices): Tensor {
  return indexSelectOp([x], { dim, index });
}

/**
 * One entry of dimension `dim` for each element of `index`, the other coordinates being the element's own:
 * `y[i][j] = x[i][index[i][j]]` for `dim` 1. As `torch.gather`.
 * @param index integers in [0, size), as many dimensions as `x`, not longer than `x` in any other than `dim`
 * @returns the shape of `index`
 * @throws ShapeError when `index` does not fit `x`
 * @throws IndexRangeError naming the first index outside of the dimension
 *
 * @example
 * // The score of each row's own class:
 * gather(scores, 1, tensor([[3], [1]], { dtype: "int64" })); // [2, 1]
 */
export function gather(x: Tensor, dim: number, index: Tensor<IntDType>): Tensor {
  return gatherOp([x], { dim, index });
}

function planIndexSelect(x: Shape, dim: number, index: Indices): SlabPlan {
  const axis = axisOf("indexSelect", x, dim);
  const given = indicesShape(index);
  if (given.length > 1) {
    throw new ShapeError(
      `indexSelect: expected a list or vector of indices, got shape ${formatShape(given)}; gather takes more`,
    );
  }
  const places = checkedIndices(
    "indexSelect",
    index,
    axis.size,
    `dimension ${axis.dim} of ${formatShape(x)}`,
  );
  const outShape = x.map((size, d) => (d === axis.dim ? places.length : size));
  if (x.length === 0 && places.length !== 1) {
    throw new ShapeError(`indexSelect: a scalar takes exactly one index, got ${places.length}`);
  }
  return { outShape, axis, index: places };
}

function planGather(x: Shape, dim: number, index: Tensor<IntDType>): { outShape: Shape; places: Int32Array } {
  const axis = axisOf("gather", x, dim);
  const fits = index.ndim === x.length && index.shape.every((size, d) => d === axis.dim || size <= x[d]);
  if (!fits) {
    throw new ShapeError(
      `gather: expected an index of ${x.length} dimensions, no longer than ${formatShape(x)} except in dimension ` +
        `${axis.dim}, got ${formatShape(index.shape)}`,
    );
  }
  const places = checkedIndices("gather", index, axis.size, `dimension ${axis.dim} of ${formatShape(x)}`);
  locate(places, index.shape, contiguousStrides(x), axis.dim);
  return { outShape: index.shape, places };
}

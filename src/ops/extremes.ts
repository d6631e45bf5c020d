/**
 * @module
 * Largest and smallest values, and where they are.
 */

import { defineOp } from "../autograd/op.ts";
import { formatShape, ShapeError } from "../errors.ts";
import type { Axis } from "../kernels/reference/axis.ts";
import { addPlaces, takePlaces } from "../kernels/reference/axis.ts";
import { entryNumbers, extremeReduce, extremeSpread, findExtremes } from "../kernels/reference/extremes.ts";
import type { Sign } from "../kernels/reference/extremes.ts";
import { elementCount, normalizeDims } from "../tensor/shape.ts";
import type { Shape } from "../tensor/shape.ts";
import { Tensor } from "../tensor/tensor.ts";
import { axisOf } from "./axis.ts";
import { planReduce } from "./sum.ts";
import type { ReduceOptions, ReducePlan } from "./sum.ts";

/** What {@link max} and {@link min} along a dimension return. */
export interface Extremes {
  readonly values: Tensor;
  /** Position of each value along the dimension. Shape of `values`. */
  readonly indices: Tensor<"int64">;
}

interface ReduceCall extends ReduceOptions {
  readonly dims: number | readonly number[] | undefined;
}

function defineExtreme(name: string, sign: Sign): (xs: readonly [Tensor], call: ReduceCall) => Tensor {
  return defineOp<readonly [Tensor], ReduceCall, ReducePlan>({
    name,
    plan: ([x], { dims, keepdim }) => {
      const plan = planReduce(x.shape, normalizeDims(name, dims, x.ndim), keepdim ?? false);
      if (plan.count === 0 && elementCount(plan.outShape) > 0) throw nothingToCompare(name, x.shape);
      return plan;
    },
    forward(y, [x], { pair }) {
      extremeReduce(y, x.data, pair, sign);
      return (dy, [dx]) => {
        if (dx) extremeSpread(dx, dy, y, x.data, pair);
      };
    },
  });
}

/** The entries of a tensor that were found to be the extremes of their lines. */
const pickOp = (name: string): ((xs: readonly [Tensor], found: Found) => Tensor) =>
  defineOp<readonly [Tensor], Found, Found>({
    name,
    plan: (_, found) => found,
    forward(y, [x], { places }) {
      takePlaces(y, x.data, places);
      return (dy, [dx]) => {
        if (dx) addPlaces(dx, dy, places);
      };
    },
  });

const amaxOp = defineExtreme("amax", 1);
const aminOp = defineExtreme("amin", -1);
const maxOp = defineExtreme("max", 1);
const minOp = defineExtreme("min", -1);
const pickMax = pickOp("max");
const pickMin = pickOp("min");

/**
 * The largest value over `dims`, or over everything when they are left out. As `torch.amax`: equal maxima share the
 * gradient evenly. NaN wins over every number; several NaN share the gradient too, where PyTorch's becomes NaN.
 * @throws ShapeError when there is nothing to compare
 * @throws IndexRangeError when a dimension is out of range
 */
export function amax(x: Tensor, dims?: number | readonly number[], options: ReduceOptions = {}): Tensor {
  return amaxOp([x], { dims, ...options });
}

/** The smallest value, otherwise as {@link amax}. As `torch.amin`. */
export function amin(x: Tensor, dims?: number | readonly number[], options: ReduceOptions = {}): Tensor {
  return aminOp([x], { dims, ...options });
}

/**
 * The largest value of all, or of each line along `dim` together with its position. As `torch.max`: over everything,
 * equal maxima share the gradient evenly; along a dimension the first takes all of it. NaN wins over every number.
 * @throws ShapeError when there is nothing to compare
 * @throws IndexRangeError when there is no dimension `dim`
 *
 * @example
 * max(tensor([[1, 5, 2]]), 1); // { values: [5], indices: [1] }
 */
export function max(x: Tensor): Tensor;
export function max(x: Tensor, dim: number, options?: ReduceOptions): Extremes;
export function max(x: Tensor, dim?: number, options: ReduceOptions = {}): Tensor | Extremes {
  if (dim === undefined) return maxOp([x], { dims: undefined });
  const found = find("max", x, dim, options.keepdim ?? false, 1);
  return { values: pickMax([x], found), indices: numbered(found) };
}

/** The smallest value of all, or of each line, otherwise as {@link max}. As `torch.min`. */
export function min(x: Tensor): Tensor;
export function min(x: Tensor, dim: number, options?: ReduceOptions): Extremes;
export function min(x: Tensor, dim?: number, options: ReduceOptions = {}): Tensor | Extremes {
  if (dim === undefined) return minOp([x], { dims: undefined });
  const found = find("min", x, dim, options.keepdim ?? false, -1);
  return { values: pickMin([x], found), indices: numbered(found) };
}

/**
 * The position of the largest value along `dim`, or in the flat tensor when it is left out. As `torch.argmax`: the first
 * of equal maxima (PyTorch promises no order), the first NaN before every number. Has no gradient.
 * @throws ShapeError when there is nothing to compare
 * @throws IndexRangeError when there is no dimension `dim`
 */
export function argmax(x: Tensor, dim?: number, options: ReduceOptions = {}): Tensor<"int64"> {
  return position("argmax", x, dim, options.keepdim ?? false, 1);
}

/** The position of the smallest value, otherwise as {@link argmax}. As `torch.argmin`. */
export function argmin(x: Tensor, dim?: number, options: ReduceOptions = {}): Tensor<"int64"> {
  return position("argmin", x, dim, options.keepdim ?? false, -1);
}

/** Where the extreme of each line is, as flat places in the tensor. */
interface Found {
  readonly outShape: Shape;
  readonly axis: Axis;
  readonly places: Int32Array;
}

function find(op: string, x: Tensor, dim: number, keepdim: boolean, sign: Sign): Found {
  const axis = axisOf(op, x.shape, dim);
  if (axis.size === 0) throw nothingToCompare(op, x.shape);
  const places = new Int32Array(axis.outer * axis.inner);
  findExtremes(places, x.data, axis, sign);
  const outShape = x.shape.flatMap((size, d) => (d !== axis.dim ? [size] : keepdim ? [1] : []));
  return { outShape, axis, places };
}

function numbered({ outShape, axis, places }: Found): Tensor<"int64"> {
  const index = new BigInt64Array(places.length);
  entryNumbers(index, places, axis);
  return new Tensor(index, outShape, "int64");
}

function position(
  op: string,
  x: Tensor,
  dim: number | undefined,
  keepdim: boolean,
  sign: Sign,
): Tensor<"int64"> {
  if (dim !== undefined) return numbered(find(op, x, dim, keepdim, sign));
  const flat = find(op, new Tensor(x.data, [x.numel()], x.dtype), 0, false, sign);
  return numbered({ ...flat, outShape: keepdim ? x.shape.map(() => 1) : [] });
}

function nothingToCompare(op: string, shape: Shape): ShapeError {
  return new ShapeError(
    `${op}: ${formatShape(shape)} has no entries to compare; there is no extreme of nothing`,
  );
}

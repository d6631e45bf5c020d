/**
 * @module
 * Sums and means over dimensions.
 */

import { defineOp } from "../autograd/op.ts";
import { collapse } from "../kernels/reference/broadcast.ts";
import type { StridedPair } from "../kernels/reference/broadcast.ts";
import { spread, sumReduce } from "../kernels/reference/reduce.ts";
import { contiguousStrides, normalizeDims } from "../tensor/shape.ts";
import type { Shape } from "../tensor/shape.ts";
import type { Tensor } from "../tensor/tensor.ts";

/** Options of reductions. */
export interface ReduceOptions {
  /** Whether reduced dimensions stay, with size 1; false. */
  readonly keepdim?: boolean;
}

/** How a reduction maps its input's index space to its result. */
export interface ReducePlan {
  readonly outShape: Shape;
  readonly pair: StridedPair;
  /** How many elements fall together into one. */
  readonly count: number;
}

/**
 * The geometry of reducing `shape` over `dims` (sorted, distinct): A is the result, B the input.
 */
export function planReduce(shape: Shape, dims: readonly number[], keepdim: boolean): ReducePlan {
  const kept = shape.map((size, d) => (dims.includes(d) ? 1 : size));
  const keptStrides = contiguousStrides(kept);
  const pair = {
    sizes: shape,
    stridesA: keptStrides.map((stride, d) => (dims.includes(d) ? 0 : stride)),
    stridesB: contiguousStrides(shape),
  };
  return {
    outShape: keepdim ? kept : shape.filter((_, d) => !dims.includes(d)),
    pair: collapse(pair),
    count: dims.reduce((product, d) => product * shape[d], 1),
  };
}

interface Options extends ReduceOptions {
  readonly dims: number | readonly number[] | undefined;
}

function defineReduction(
  name: string,
  scaleOf: (plan: ReducePlan) => number,
): (xs: readonly [Tensor], options: Options) => Tensor {
  return defineOp<readonly [Tensor], Options, ReducePlan>({
    name,
    plan: ([x], { dims, keepdim }) =>
      planReduce(x.shape, normalizeDims(name, dims, x.shape.length), keepdim ?? false),
    forward(y, [x], plan) {
      const scale = scaleOf(plan);
      sumReduce(y, x.data, plan.pair, scale);
      return (dy, [dx]) => {
        if (dx) spread(dx, dy, plan.pair, scale);
      };
    },
  });
}

const sumOp = defineReduction("sum", () => 1);
const meanOp = defineReduction("mean", (plan) => 1 / plan.count);

/**
 * The sum over `dims`, or over everything when they are left out. As `torch.sum`; accumulated in float64.
 * @param dims one dimension or several, counted from the end when negative
 * @throws IndexRangeError when a dimension is out of range
 */
export function sum(x: Tensor, dims?: number | readonly number[], options: ReduceOptions = {}): Tensor {
  return sumOp([x], { dims, ...options });
}

/**
 * The arithmetic mean over `dims`, or over everything when they are left out; NaN of no elements. As `torch.mean`;
 * accumulated in float64.
 * @throws IndexRangeError when a dimension is out of range
 */
export function mean(x: Tensor, dims?: number | readonly number[], options: ReduceOptions = {}): Tensor {
  return meanOp([x], { dims, ...options });
}

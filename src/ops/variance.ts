/**
 * @module
 * Variance, standard deviation, and the logarithm of a sum of exponentials over dimensions.
 */

import { defineOp } from "../autograd/op.ts";
import { extremeReduce } from "../kernels/reference/extremes.ts";
import * as kernel from "../kernels/reference/moments.ts";
import { normalizeDims } from "../tensor/shape.ts";
import type { Tensor } from "../tensor/tensor.ts";
import { planReduce } from "./sum.ts";
import type { ReduceOptions, ReducePlan } from "./sum.ts";

/** Options of {@link variance} and {@link std}. */
export interface VarianceOptions extends ReduceOptions {
  /** What is taken off the count in the divisor; 1, for the unbiased variance. 0 gives the biased one. */
  readonly correction?: number;
}

interface Call extends VarianceOptions {
  readonly dims: number | readonly number[] | undefined;
}

interface VariancePlan extends ReducePlan {
  readonly divisor: number;
}

function planVariance(op: string, x: Tensor, { dims, keepdim, correction }: Call): VariancePlan {
  const plan = planReduce(x.shape, normalizeDims(op, dims, x.ndim), keepdim ?? false);
  return { ...plan, divisor: Math.max(0, plan.count - (correction ?? 1)) };
}

/** Mean and sum of squared deviations of every result, in float64. */
function deviations(
  x: Tensor,
  size: number,
  plan: VariancePlan,
): { mean: Float64Array; squares: Float64Array } {
  const mean = new Float64Array(size);
  const squares = new Float64Array(size);
  kernel.means(mean, x.data, plan.pair, plan.count);
  kernel.squaredDeviations(squares, x.data, mean, plan.pair);
  return { mean, squares };
}

const varianceOp = defineOp<readonly [Tensor], Call, VariancePlan>({
  name: "variance",
  plan: ([x], call) => planVariance("variance", x, call),
  forward(y, [x], plan) {
    const { mean, squares } = deviations(x, y.length, plan);
    kernel.varianceForward(y, squares, plan.divisor);
    return (dy, [dx]) => {
      if (dx) kernel.varianceBackward(dx, dy, x.data, mean, plan.pair, plan.divisor);
    };
  },
});

const stdOp = defineOp<readonly [Tensor], Call, VariancePlan>({
  name: "std",
  plan: ([x], call) => planVariance("std", x, call),
  forward(y, [x], plan) {
    const { mean, squares } = deviations(x, y.length, plan);
    kernel.deviationForward(y, squares, plan.divisor);
    return (dy, [dx]) => {
      if (dx) kernel.deviationBackward(dx, dy, y, x.data, mean, plan.pair, plan.divisor);
    };
  },
});

const logsumexpOp = defineOp<readonly [Tensor], Call, ReducePlan>({
  name: "logsumexp",
  plan: ([x], { dims, keepdim }) =>
    planReduce(x.shape, normalizeDims("logsumexp", dims, x.ndim), keepdim ?? false),
  forward(y, [x], { pair }) {
    extremeReduce(y, x.data, pair, 1);
    kernel.logSumExpForward(y, x.data, pair);
    return (dy, [dx]) => {
      if (dx) kernel.logSumExpBackward(dx, dy, y, x.data, pair);
    };
  },
});

/**
 * Σ (x − mean)² / (n − correction) over `dims`, or over everything when they are left out. As `torch.var` (`var` is a
 * word of JavaScript); accumulated in float64. NaN of one value, unless the correction is 0.
 * @throws IndexRangeError when a dimension is out of range
 */
export function variance(
  x: Tensor,
  dims?: number | readonly number[],
  options: VarianceOptions = {},
): Tensor {
  return varianceOp([x], { dims, ...options });
}

/**
 * The square root of {@link variance}. As `torch.std`: where the deviation is 0, so is the gradient.
 * @throws IndexRangeError when a dimension is out of range
 */
export function std(x: Tensor, dims?: number | readonly number[], options: VarianceOptions = {}): Tensor {
  return stdOp([x], { dims, ...options });
}

/**
 * log Σ exp(x) over `dims`, or over everything when they are left out, without overflow. As `torch.logsumexp`;
 * accumulated in float64. -Infinity of no elements.
 * @throws IndexRangeError when a dimension is out of range
 */
export function logsumexp(x: Tensor, dims?: number | readonly number[], options: ReduceOptions = {}): Tensor {
  return logsumexpOp([x], { dims, ...options });
}

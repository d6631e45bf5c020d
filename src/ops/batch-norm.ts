/**
 * @module
 * Batch normalisation, of vectors, sequences and images.
 */

import { defineOp } from "../autograd/op.ts";
import { ArgumentError, formatShape, ShapeError } from "../errors.ts";
import * as kernel from "../kernels/reference/batch-norm.ts";
import { add } from "../kernels/reference/add.ts";
import { elementCount } from "../tensor/shape.ts";
import type { Shape } from "../tensor/shape.ts";
import type { Tensor } from "../tensor/tensor.ts";

/** Options of {@link batchNorm}, with PyTorch's defaults. */
export interface BatchNormOptions {
  /** Mean of each channel, `[C]`; used in evaluation, updated in place in training. */
  readonly runningMean?: Tensor | null;
  /** Variance of each channel, `[C]`; used in evaluation, updated in place in training. */
  readonly runningVar?: Tensor | null;
  /** Factor for each channel, `[C]`; 1. */
  readonly weight?: Tensor | null;
  /** Summand for each channel, `[C]`; 0. */
  readonly bias?: Tensor | null;
  /** Whether to normalise by the batch's own statistics; false. */
  readonly training?: boolean;
  /** Share of the batch's statistics in the update of the running ones; 0.1. */
  readonly momentum?: number;
  /** Added to the variance; 1e-5. */
  readonly eps?: number;
}

/** What batchNorm decided about one call. */
export interface BatchNormPlan extends kernel.ChannelGeometry {
  readonly outShape: Shape;
  /** The running statistics; null where there are none. */
  readonly running: { readonly mean: Tensor; readonly variance: Tensor } | null;
  readonly training: boolean;
  readonly momentum: number;
  readonly eps: number;
}

const op = defineOp<readonly [Tensor, Tensor | null, Tensor | null], BatchNormOptions, BatchNormPlan>({
  name: "batchNorm",
  plan: ([x], options) => planBatchNorm(x.shape, options),
  forward(y, [x, weight, bias], plan) {
    const { mean, rstd } = statistics(x, plan);
    const gamma = weight?.data ?? null;
    kernel.batchNormForward(y, x.data, mean, rstd, gamma, bias?.data ?? null, plan);
    return (dy, [dx, dweight, dbias]) => {
      const sumDy = new Float64Array(plan.channels);
      const sumDyXhat = new Float64Array(plan.channels);
      if (dweight || dbias || plan.training) {
        kernel.batchNormSums(sumDy, sumDyXhat, dy, x.data, mean, rstd, plan);
      }
      if (dweight) add(dweight, dweight, sumDyXhat);
      if (dbias) add(dbias, dbias, sumDy);
      if (dx && plan.training) {
        kernel.batchNormBackwardTraining(dx, dy, x.data, mean, rstd, gamma, sumDy, sumDyXhat, plan);
      } else if (dx) {
        kernel.batchNormBackwardEval(dx, dy, rstd, gamma, plan);
      }
    };
  },
});

/** The plan of a traced batchNorm, else null; its inputs are x, weight and bias. */
export const batchNormPlanOf = op.planOf;

/**
 * `(x − mean) / √(variance + eps) · weight + bias`, channel by channel. As `torch.nn.functional.batch_norm`. In training,
 * mean and (biased) variance are the batch's own, gradients flow through them, and the running statistics move towards
 * them in place: `running = (1 − momentum) · running + momentum · batch`, with the unbiased variance (n / (n − 1)). In
 * evaluation the running statistics are used and stay. Sums run in float64.
 * @param x `[N, C]`, `[N, C, L]`, `[N, C, H, W]` or with more dimensions behind
 * @throws ShapeError when `x` has fewer than two dimensions, or an option is not `[C]`
 * @throws ArgumentError when evaluation lacks the running statistics, training has one value in each channel, or `eps`
 * is out of range
 */
export function batchNorm(x: Tensor, options: BatchNormOptions = {}): Tensor {
  return op([x, options.weight ?? null, options.bias ?? null], options);
}

/** What to normalise by. In training, also moves the running statistics. */
function statistics(x: Tensor, plan: BatchNormPlan): { mean: ArrayLike<number>; rstd: Float64Array } {
  const rstd = new Float64Array(plan.channels);
  if (!plan.training && plan.running !== null) {
    kernel.reciprocalDeviation(rstd, plan.running.variance.data, plan.eps);
    // A copy: the gradient must not see a later change of the running mean.
    return { mean: plan.running.mean.data.slice(), rstd };
  }
  const mean = new Float64Array(plan.channels);
  const variance = new Float64Array(plan.channels);
  kernel.channelStatistics(mean, variance, x.data, plan);
  kernel.reciprocalDeviation(rstd, variance, plan.eps);
  const count = plan.batch * plan.pixels;
  if (plan.running !== null && count > 0) {
    kernel.updateRunning(plan.running.mean.data, mean, plan.momentum, 1);
    kernel.updateRunning(plan.running.variance.data, variance, plan.momentum, count / (count - 1));
  }
  return { mean, rstd };
}

function planBatchNorm(x: Shape, options: BatchNormOptions): BatchNormPlan {
  if (x.length < 2) {
    throw new ShapeError(
      `batchNorm: expected an input [N, C] or [N, C, ...] of more dimensions, got ${formatShape(x)}`,
    );
  }
  const [batch, channels] = x;
  const pixels = elementCount(x.slice(2));
  const training = options.training ?? false;
  const { runningMean, runningVar, weight, bias } = options;
  for (const [name, given] of Object.entries({ runningMean, runningVar, weight, bias })) {
    if (given && (given.shape.length !== 1 || given.shape[0] !== channels)) {
      throw new ShapeError(
        `batchNorm: expected ${name} [${channels}] for an input ${formatShape(x)}, got ${formatShape(given.shape)}`,
      );
    }
  }
  const running = runningMean && runningVar ? { mean: runningMean, variance: runningVar } : null;
  if (running === null && (!training || runningMean || runningVar)) {
    throw new ArgumentError(
      "batchNorm: expected runningMean and runningVar; only training can do without, and then without both",
    );
  }
  if (training && batch * pixels === 1) {
    throw new ArgumentError(
      `batchNorm: training needs more than one value in each channel, got ${formatShape(x)}; ` +
        "give a larger batch, or evaluate",
    );
  }
  return { outShape: x, batch, channels, pixels, running, training, ...checkedNumbers(options, training) };
}

function checkedNumbers(options: BatchNormOptions, training: boolean): { momentum: number; eps: number } {
  const { momentum = 0.1, eps = 1e-5 } = options;
  if (training ? !(eps > 0) : !(eps >= 0)) {
    throw new ArgumentError(`batchNorm: expected eps ${training ? "> 0 in training" : ">= 0"}, got ${eps}`);
  }
  return { momentum, eps };
}

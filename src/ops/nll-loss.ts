/**
 * @module
 * The negative log-likelihood loss.
 */

import { defineOp } from "../autograd/op.ts";
import { formatShape, IndexRangeError, ShapeError } from "../errors.ts";
import type { Axis } from "../kernels/reference/axis.ts";
import { IGNORED, nllBackward, nllEach, nllSum, targetWeight } from "../kernels/reference/nll.ts";
import { sameShape } from "../tensor/shape.ts";
import type { Shape } from "../tensor/shape.ts";
import type { Tensor } from "../tensor/tensor.ts";
import { axisOf } from "./axis.ts";
import { indexValues, indicesShape } from "./indices.ts";
import type { Indices } from "./indices.ts";
import { reductionOf } from "./reduction.ts";
import type { LossOptions } from "./reduction.ts";

/** Options of {@link nllLoss}, with PyTorch's defaults. */
export interface NllLossOptions extends LossOptions {
  /** Weight of each class, `[C]`; 1. A constant: no gradient flows to it. */
  readonly weight?: Tensor | null;
  /** A target that does not count; -100. */
  readonly ignoreIndex?: number;
}

interface Call extends NllLossOptions {
  readonly target: Indices;
}

interface NllPlan {
  readonly outShape: Shape;
  readonly axis: Axis;
  readonly target: Int32Array;
  readonly weight: Tensor["data"] | null;
  /** What the sum is divided by; null where the losses stay apart. */
  readonly divisor: number | null;
}

const op = defineOp<readonly [Tensor], Call, NllPlan>({
  name: "nllLoss",
  plan: ([x], call) => planNll(x.shape, call),
  forward(y, [x], { target, weight, axis, divisor }) {
    if (divisor === null) nllEach(y, x.data, target, weight, axis);
    else nllSum(y, x.data, target, weight, axis, divisor);
    return (dy, [dx]) => {
      if (dx) nllBackward(dx, dy, divisor === null ? 1 : 0, target, weight, axis, divisor ?? 1);
    };
  },
});

/**
 * −weight[target] · logProbs[target], on average: the loss of log-probabilities against class numbers. As
 * `torch.nn.functional.nll_loss`: the mean divides by the weights of the targets that count, and is NaN when none does.
 * Sums run in float64.
 * @param logProbs `[C]`, `[N, C]` or `[N, C, ...]`, as {@link logSoftmax} along the class dimension gives them
 * @param target classes in [0, C) or `ignoreIndex`: a number for `[C]`, `[N]` for `[N, C]`, `[N, ...]` for `[N, C, ...]`;
 * a list of numbers stands for `[N]`
 * @returns a scalar, or the shape of `target` without reduction
 * @throws IndexRangeError naming the first target that is no class
 * @throws ShapeError when target or weight do not fit
 *
 * @example
 * nllLoss(logSoftmax(scores, 1), [7, 2]).backward();
 */
export function nllLoss(logProbs: Tensor, target: Indices, options: NllLossOptions = {}): Tensor {
  return op([logProbs], { ...options, target });
}

function planNll(x: Shape, call: Call): NllPlan {
  const { target, weight, ignoreIndex = -100 } = call;
  const reduction = reductionOf("nllLoss", call);
  if (x.length === 0) {
    throw new ShapeError("nllLoss: expected log-probabilities [C], [N, C] or [N, C, ...], got a scalar");
  }
  const axis = axisOf("nllLoss", x, x.length === 1 ? 0 : 1);
  const expected = x.filter((_, d) => d !== axis.dim);
  const given = indicesShape(target);
  if (!sameShape(given, expected)) {
    throw new ShapeError(
      `nllLoss: expected targets ${formatShape(expected)} for log-probabilities ${formatShape(x)}, ` +
        `got ${formatShape(given)}`,
    );
  }
  if (weight && !sameShape(weight.shape, [axis.size])) {
    throw new ShapeError(
      `nllLoss: expected a weight [${axis.size}], one for each class, got ${formatShape(weight.shape)}`,
    );
  }
  const classes = checkedClasses(indexValues("nllLoss", target), axis.size, ignoreIndex);
  const weights = weight?.data ?? null;
  return {
    outShape: reduction === "none" ? expected : [],
    axis,
    target: classes,
    weight: weights,
    divisor: { mean: targetWeight(classes, weights), sum: 1, none: null }[reduction],
  };
}

function checkedClasses(target: readonly number[], count: number, ignoreIndex: number): Int32Array {
  return Int32Array.from(target, (value, position) => {
    if (value === ignoreIndex) return IGNORED;
    if (!Number.isInteger(value) || value < 0 || value >= count) {
      throw new IndexRangeError(
        `nllLoss: target ${value} at position ${position} is no class: there are ${count} classes, ` +
          `expected an integer in [0, ${count - 1}] or ignoreIndex ${ignoreIndex}`,
      );
    }
    return value;
  });
}

/**
 * @module
 * The cross entropy of scores, against classes or against probabilities.
 */

import { ArgumentError, formatShape, ShapeError } from "../errors.ts";
import { isFloat } from "../tensor/dtype.ts";
import { sameShape } from "../tensor/shape.ts";
import { Tensor } from "../tensor/tensor.ts";
import { add, div, mul } from "./arithmetic.ts";
import { expand } from "./expand.ts";
import type { Indices } from "./indices.ts";
import { neg } from "./math.ts";
import { nllLoss } from "./nll-loss.ts";
import type { NllLossOptions } from "./nll-loss.ts";
import { checkSameShape, reduceLosses, reductionOf } from "./reduction.ts";
import { reshape } from "./reshape.ts";
import { logSoftmax } from "./softmax.ts";
import { sum } from "./sum.ts";

/** Options of {@link crossEntropy}, with PyTorch's defaults. */
export interface CrossEntropyOptions extends NllLossOptions {
  /** Share of the target that is spread evenly over all classes, in [0, 1]; 0. */
  readonly labelSmoothing?: number;
}

/**
 * The negative log-likelihood of the targets under softmax(scores), on average. As `torch.nn.functional.cross_entropy`:
 * against classes the mean divides by the weights of those that count, against probabilities by the number of targets.
 * @param scores `[C]`, `[N, C]` or `[N, C, ...]`, before any softmax
 * @param target classes as for {@link nllLoss}, or a floating-point tensor of the scores' shape with the probability of
 * each class
 * @returns a scalar, or without reduction the shape of `scores` without the class dimension
 * @throws IndexRangeError naming the first target that is no class
 * @throws ShapeError when target or weight do not fit
 * @throws ArgumentError when `labelSmoothing` is not in [0, 1]
 *
 * @example
 * crossEntropy(linear(x, weight, bias), labels, { labelSmoothing: 0.1 });
 */
export function crossEntropy(
  scores: Tensor,
  target: Indices | Tensor,
  options: CrossEntropyOptions = {},
): Tensor {
  const smoothing = options.labelSmoothing ?? 0;
  if (!(smoothing >= 0 && smoothing <= 1)) {
    throw new ArgumentError(`crossEntropy: expected labelSmoothing in [0, 1], got ${smoothing}`);
  }
  if (scores.ndim === 0) {
    throw new ShapeError("crossEntropy: expected scores [C], [N, C] or [N, C, ...], got a scalar");
  }
  const dim = scores.ndim === 1 ? 0 : 1;
  const logProbs = logSoftmax(scores, dim);
  if (isProbabilities(target)) return againstProbabilities(logProbs, target, dim, smoothing, options);
  if (smoothing === 0) return nllLoss(logProbs, target, options);
  return againstSmoothed(logProbs, target, dim, smoothing, options);
}

function isProbabilities(target: Indices | Tensor): target is Tensor {
  return target instanceof Tensor && isFloat(target.dtype);
}

/** −Σ weight · q · logProbs, q being the target with its smoothing. */
function againstProbabilities(
  logProbs: Tensor,
  target: Tensor,
  dim: number,
  smoothing: number,
  options: CrossEntropyOptions,
): Tensor {
  checkSameShape("crossEntropy", logProbs.shape, target.shape);
  const classes = logProbs.shape[dim];
  const q = smoothing === 0 ? target : add(mul(target, 1 - smoothing), smoothing / classes);
  const losses = neg(sum(mul(weighted(logProbs, dim, options), q), dim));
  return reduceLosses(losses, reductionOf("crossEntropy", options));
}

/**
 * For class t the loss is −(1 − s) · w[t] · logProbs[t] − s/C · Σ w · logProbs. Both terms are put into one tensor, of
 * which `nllLoss` then picks entry t.
 */
function againstSmoothed(
  logProbs: Tensor,
  target: Indices,
  dim: number,
  smoothing: number,
  options: CrossEntropyOptions,
): Tensor {
  const { weight, ...unweighted } = options;
  const terms = weighted(logProbs, dim, options);
  const even = mul(sum(terms, dim, { keepdim: true }), smoothing / logProbs.shape[dim]);
  const mixed = add(mul(terms, 1 - smoothing), even);
  if (!weight || reductionOf("crossEntropy", options) !== "mean") return nllLoss(mixed, target, unweighted);
  // The weighted mean divides by the weights of the targets: the same pick, made from the weights themselves.
  const total = { ...unweighted, reduction: "sum" } as const;
  const weights = expand(classColumn(weight, logProbs, dim), logProbs.shape);
  return div(nllLoss(mixed, target, total), nllLoss(neg(weights), target, total));
}

/** logProbs, each class times its weight. */
function weighted(logProbs: Tensor, dim: number, { weight }: CrossEntropyOptions): Tensor {
  return weight ? mul(logProbs, classColumn(weight, logProbs, dim)) : logProbs;
}

/** The weights in a shape that stretches along the class dimension: [C, 1, ...]. */
function classColumn(weight: Tensor, logProbs: Tensor, dim: number): Tensor {
  const classes = logProbs.shape[dim];
  if (!sameShape(weight.shape, [classes])) {
    throw new ShapeError(
      `crossEntropy: expected a weight [${classes}], one for each class, got ${formatShape(weight.shape)}`,
    );
  }
  return reshape(weight.detach(), [classes, ...logProbs.shape.slice(dim + 1).map(() => 1)]);
}

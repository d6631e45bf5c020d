/**
 * @module
 * What becomes of the losses of a batch.
 */

import { ArgumentError, formatShape, ShapeError } from "../errors.ts";
import { sameShape } from "../tensor/shape.ts";
import type { Shape } from "../tensor/shape.ts";
import type { Tensor } from "../tensor/tensor.ts";
import { mean, sum } from "./sum.ts";

/** What becomes of the losses of a batch: their mean, their sum, or themselves. */
export type Reduction = "mean" | "sum" | "none";

/** Options of losses, with PyTorch's defaults. */
export interface LossOptions {
  /** "mean". */
  readonly reduction?: Reduction;
}

/**
 * The reduction of an option; "mean" when it is left out.
 * @throws ArgumentError when a caller without types passes something else
 */
export function reductionOf(op: string, { reduction = "mean" }: LossOptions): Reduction {
  if (!["mean", "sum", "none"].includes(reduction)) {
    throw new ArgumentError(
      `${op}: expected a reduction of "mean", "sum" or "none", got "${String(reduction)}"`,
    );
  }
  return reduction;
}

/** The losses reduced as said. */
export function reduceLosses(losses: Tensor, reduction: Reduction): Tensor {
  return reduction === "mean" ? mean(losses) : reduction === "sum" ? sum(losses) : losses;
}

/**
 * Losses compare element by element and do not broadcast: [N, 1] against [N] would silently compare all pairs.
 * @throws ShapeError naming both shapes
 */
export function checkSameShape(op: string, input: Shape, target: Shape): void {
  if (!sameShape(input, target)) {
    throw new ShapeError(
      `${op}: expected a target of the input's shape ${formatShape(input)}, got ${formatShape(target)}; ` +
        "reshape or expand one of them",
    );
  }
}

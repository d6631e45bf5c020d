/**
 * @module
 * Holding values within bounds: numbers, or those of another tensor.
 */

import { ArgumentError } from "../errors.ts";
import { clamp as clampFunction } from "../kernels/reference/activations.ts";
import { extremumForward, extremumShares } from "../kernels/reference/extremes.ts";
import type { Sign } from "../kernels/reference/extremes.ts";
import type { Tensor } from "../tensor/tensor.ts";
import { addUnbroadcast, defineBinary } from "./broadcast.ts";
import type { Operand } from "./broadcast.ts";
import { pointwiseOp } from "./pointwise.ts";

const clampOp = pointwiseOp("clamp");

/**
 * min(max(x, low), high). As `torch.clamp` with numbers: where the bounds cross, `max` wins; the gradient is 0 at a
 * bound, beyond it and at NaN, as in PyTorch 2.15 (older versions let it pass at the bound itself).
 * @param min null for no lower bound
 * @param max null for no upper bound
 * @throws ArgumentError when there is no bound, or one is NaN
 */
export function clamp(x: Tensor, min: number | null, max: number | null = null): Tensor {
  if ((min === null && max === null) || Number.isNaN(min) || Number.isNaN(max)) {
    throw new ArgumentError(`clamp: expected a number as min, max or both, got ${min} and ${max}`);
  }
  return clampOp([x], clampFunction(min, max));
}

/**
 * The larger of two values, with broadcasting. As `torch.maximum`: equal values get half of the gradient each; where one
 * is NaN the result is, and both get all of it.
 */
export const maximum = defineExtremum("maximum", 1);

/**
 * The smaller of two values, with broadcasting. As `torch.minimum`: equal values get half of the gradient each; where
 * one is NaN the result is, and both get all of it.
 */
export const minimum = defineExtremum("minimum", -1);

function defineExtremum(name: string, sign: Sign): (a: Operand, b: Operand) => Tensor {
  return defineBinary({
    name,
    forward: (y, a, b, pair) => extremumForward(y, a, b, pair, sign),
    pullback:
      (_y, a, b, plan) =>
      (dy, [da, db]) => {
        const shareA = dy.slice();
        const shareB = dy.slice();
        extremumShares(shareA, shareB, dy, a.data, b.data, plan.pair, sign);
        if (da) addUnbroadcast(da, a.shape, shareA, plan.outShape, 1);
        if (db) addUnbroadcast(db, b.shape, shareB, plan.outShape, 1);
      },
  });
}

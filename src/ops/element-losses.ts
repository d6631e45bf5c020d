/**
 * @module
 * Losses that compare element by element.
 */

import { defineOp } from "../autograd/op.ts";
import * as kernel from "../kernels/reference/logistic-loss.ts";
import type { Shape } from "../tensor/shape.ts";
import type { Tensor } from "../tensor/tensor.ts";
import { mul, sub } from "./arithmetic.ts";
import { checkSameShape, reduceLosses, reductionOf } from "./reduction.ts";
import type { LossOptions } from "./reduction.ts";

const logisticLoss = defineOp<readonly [Tensor, Tensor], null, { outShape: Shape }>({
  name: "binaryCrossEntropyWithLogits",
  plan([x, target]) {
    checkSameShape("binaryCrossEntropyWithLogits", x.shape, target.shape);
    return { outShape: x.shape };
  },
  forward(y, [x, target]) {
    kernel.logisticLossForward(y, x.data, target.data);
    return (dy, [dx, dtarget]) => {
      if (dx) kernel.logisticLossBackward(dx, dy, x.data, target.data);
      if (dtarget) kernel.logisticLossBackwardTarget(dtarget, dy, x.data);
    };
  },
});

/**
 * (input − target)², on average. As `torch.nn.functional.mse_loss`, except that the shapes must be equal.
 * @throws ShapeError when the shapes differ
 */
export function mseLoss(input: Tensor, target: Tensor, options: LossOptions = {}): Tensor {
  const reduction = reductionOf("mseLoss", options);
  checkSameShape("mseLoss", input.shape, target.shape);
  const difference = sub(input, target);
  return reduceLosses(mul(difference, difference), reduction);
}

/**
 * −t · log σ(x) − (1 − t) · log(1 − σ(x)), on average: the loss of scores against probabilities of yes. As
 * `torch.nn.functional.binary_cross_entropy_with_logits` without weights.
 * @param x scores of any shape
 * @param target probabilities in [0, 1], of the shape of `x`
 * @throws ShapeError when the shapes differ
 */
export function binaryCrossEntropyWithLogits(x: Tensor, target: Tensor, options: LossOptions = {}): Tensor {
  const reduction = reductionOf("binaryCrossEntropyWithLogits", options);
  return reduceLosses(logisticLoss([x, target], null), reduction);
}

/**
 * @module
 * Activation functions, element by element. relu, the frequent one, is in `relu.ts`.
 */

import { ArgumentError } from "../errors.ts";
import * as functions from "../kernels/reference/activations.ts";
import type { Tensor } from "../tensor/tensor.ts";
import { definePointwise, pointwiseOp } from "./pointwise.ts";

/** 1 / (1 + e^−x). As `torch.sigmoid`. */
export const sigmoid = definePointwise("sigmoid", functions.sigmoid);

/** The hyperbolic tangent. As `torch.tanh`. */
export const tanh = definePointwise("tanh", functions.tanh);

/** x · sigmoid(x), also called swish. As `torch.nn.functional.silu`: NaN at -Infinity. */
export const silu = definePointwise("silu", functions.silu);

/** x · relu6(x + 3) / 6. As `torch.nn.functional.hardswish`: the gradient is 0 at -3 and 1 at 3; NaN at -Infinity. */
export const hardswish = definePointwise("hardswish", functions.hardswish);

/** relu6(x + 3) / 6. As `torch.nn.functional.hardsigmoid`: the gradient is 0 at -3, at 3 and at NaN. */
export const hardsigmoid = definePointwise("hardsigmoid", functions.hardsigmoid);

/** min(max(x, 0), 6). As `torch.nn.functional.relu6`: the gradient is 0 at 0 and at 6, and passes at NaN. */
export const relu6 = definePointwise("relu6", functions.relu6);

const leakyReluOp = pointwiseOp("leakyRelu");
const eluOp = pointwiseOp("elu");
const geluOp = pointwiseOp("gelu");
const softplusOp = pointwiseOp("softplus");

/** x where it is positive, otherwise `negativeSlope` · x. As `torch.nn.functional.leaky_relu`. */
export function leakyRelu(x: Tensor, negativeSlope = 0.01): Tensor {
  return leakyReluOp([x], functions.leakyRelu(negativeSlope));
}

/** x where it is positive, otherwise `alpha` · (e^x − 1). As `torch.nn.functional.elu`. */
export function elu(x: Tensor, alpha = 1): Tensor {
  return eluOp([x], functions.elu(alpha));
}

/** How {@link gelu} computes the normal distribution function. */
export type GeluApproximation = "none" | "tanh";

/**
 * x · Φ(x), Φ the distribution function of the normal distribution. As `torch.nn.functional.gelu`, except that +Infinity
 * stays what it is, where PyTorch's vectorised float32 loop gives NaN.
 * @param approximate "tanh" for (1 + tanh(√(2/π) · (x + 0.044715 x³))) / 2 in place of Φ
 */
export function gelu(x: Tensor, approximate: GeluApproximation = "none"): Tensor {
  return geluOp([x], approximate === "tanh" ? functions.geluTanh : functions.gelu);
}

/**
 * log(1 + e^(beta · x)) / beta, a smooth relu; x itself where beta · x exceeds `threshold`. As
 * `torch.nn.functional.softplus`.
 * @throws ArgumentError when `beta` is 0 or not finite
 */
export function softplus(x: Tensor, beta = 1, threshold = 20): Tensor {
  if (beta === 0 || !Number.isFinite(beta)) {
    throw new ArgumentError(`softplus: expected a finite beta other than 0, got ${beta}`);
  }
  return softplusOp([x], functions.softplus(beta, threshold));
}

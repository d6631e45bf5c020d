/**
 * @module
 * Saliency: the gradient at the input.
 */

import type { AnyTensor } from "../tensor/tensor.ts";
import { zerosLike } from "../tensor/creation.ts";
import type { Tensor } from "../tensor/tensor.ts";
import { Attribution } from "./attribution.ts";
import type { ComputedAttributions } from "./attribution.ts";
import { ScalarForward } from "./gradients.ts";
import type { TargetOptions } from "./gradients.ts";
import { batchSize, floatInputs } from "./inputs.ts";

/** Options of {@link Saliency.attribute}. */
export interface SaliencyOptions extends TargetOptions {
  /** Whether to return the gradient's absolute value; true. */
  readonly abs?: boolean;
  /** There is no delta: a gradient at one point sums to nothing in particular. */
  readonly returnConvergenceDelta?: false;
}

/**
 * |∂F/∂x|, element by element. Simonyan, Vedaldi, Zisserman, "Deep Inside Convolutional Networks" (2013).
 * The twin of `captum.attr.Saliency`.
 *
 * @throws DTypeError when an input is of integers
 * @throws AutogradError when the output does not depend on an input
 *
 * @example
 * const heat = new Saliency(net).attribute(x, { target: 3 });
 */
export class Saliency extends Attribution<SaliencyOptions> {
  readonly hasConvergenceDelta = false;

  override compute(given: readonly AnyTensor[], options: SaliencyOptions): ComputedAttributions {
    const examples = batchSize("Saliency", given);
    const inputs = floatInputs("Saliency", given);
    const gradients = new ScalarForward(this.forward, options, examples).gradientsOfExamples(inputs);
    return { attributions: options.abs === false ? gradients : gradients.map(absolute), delta: null };
  }
}

function absolute(x: Tensor): Tensor {
  const result = zerosLike(x);
  for (let i = 0; i < x.data.length; i++) result.data[i] = Math.abs(x.data[i]);
  return result;
}

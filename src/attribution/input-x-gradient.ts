/**
 * @module
 * Input × gradient: what a linear model with the gradient's weights would owe to each input.
 */

import { noGrad } from "../autograd/grad-mode.ts";
import { mul } from "../ops/index.ts";
import type { AnyTensor } from "../tensor/tensor.ts";
import { Attribution } from "./attribution.ts";
import type { ComputedAttributions } from "./attribution.ts";
import { ScalarForward } from "./gradients.ts";
import type { TargetOptions } from "./gradients.ts";
import { batchSize, floatInputs } from "./inputs.ts";

/** Options of {@link InputXGradient.attribute}. */
export interface InputXGradientOptions extends TargetOptions {
  /** There is no delta: the product sums to F(x) for piecewise linear nets without biases alone. */
  readonly returnConvergenceDelta?: false;
}

/**
 * x · ∂F/∂x, element by element. Shrikumar et al., "Not Just a Black Box" (2016).
 * The twin of `captum.attr.InputXGradient`.
 *
 * @throws DTypeError when an input is of integers
 * @throws AutogradError when the output does not depend on an input
 *
 * @example
 * const heat = new InputXGradient(net).attribute(x, { target: 3 });
 */
export class InputXGradient extends Attribution<InputXGradientOptions> {
  readonly hasConvergenceDelta = false;

  override compute(given: readonly AnyTensor[], options: InputXGradientOptions): ComputedAttributions {
    const examples = batchSize("InputXGradient", given);
    const inputs = floatInputs("InputXGradient", given);
    const gradients = new ScalarForward(this.forward, options, examples).gradientsOfExamples(inputs);
    const attributions = noGrad(() => inputs.map((input, i) => mul(input, gradients[i])));
    return { attributions, delta: null };
  }
}

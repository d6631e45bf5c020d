/**
 * @module
 * What all methods have in common: the shapes that go in and out of `attribute`.
 */

import { ArgumentError } from "../errors.ts";
import { Tensor } from "../tensor/tensor.ts";
import type { AnyTensor } from "../tensor/tensor.ts";
import type { Forward, ForwardFunction } from "./forward.ts";
import { forwardFunction } from "./forward.ts";
import type { TargetOptions } from "./gradients.ts";
import { inputList } from "./inputs.ts";
import type { Attributions, Inputs } from "./inputs.ts";

/** Options of every method. */
export interface AttributeOptions extends TargetOptions {
  /** Whether to return the convergence delta too. Only some methods have one. */
  readonly returnConvergenceDelta?: boolean;
}

/** Attributions with the convergence delta of each example, [N]. */
export interface WithDelta<A> {
  readonly attributions: A;
  /** Σ attributions − (F(x) − F(baseline)): how far completeness is missed. Need not shrink with more steps. */
  readonly delta: Tensor;
}

/** Attributions of a list of inputs; the delta when it was asked for. */
export interface ComputedAttributions {
  readonly attributions: Tensor[];
  readonly delta: Tensor | null;
}

/** A method: a forward function, and a way to say how much each input element counted for its result. */
export abstract class Attribution<Options extends AttributeOptions> {
  /** Whether the method can say how far its attributions are from summing to the change of the output. */
  abstract readonly hasConvergenceDelta: boolean;

  /** The function that is explained. */
  readonly forward: ForwardFunction;

  /** @param forward a function of tensors, or a module; it should be in evaluation mode and deterministic */
  constructor(forward: Forward) {
    this.forward = forwardFunction(forward);
  }

  /** Attributions of a list of inputs, with the delta when asked: what `attribute` and wrapping methods call. */
  abstract compute(inputs: readonly AnyTensor[], options: Options): ComputedAttributions;

  /**
   * How much each element of the inputs contributed to the chosen scalar of its example.
   * @param inputs a tensor [N, ...], or a list of them for a forward of several arguments
   * @returns a tensor of each input's shape, structured as the inputs are; with `returnConvergenceDelta`, an object of
   *   attributions and delta
   */
  attribute<X extends Inputs>(
    inputs: X,
    options: Options & { readonly returnConvergenceDelta: true },
  ): WithDelta<Attributions<X>>;
  attribute<X extends Inputs>(
    inputs: X,
    options?: Options & { readonly returnConvergenceDelta?: false },
  ): Attributions<X>;
  attribute<X extends Inputs>(inputs: X, options: Options): Attributions<X> | WithDelta<Attributions<X>>;
  attribute(inputs: Inputs, options?: Options): unknown {
    const asked = options ?? ({} as Options);
    if (asked.returnConvergenceDelta === true && !this.hasConvergenceDelta) {
      throw new ArgumentError(
        `${this.constructor.name} has no convergence delta; leave returnConvergenceDelta out`,
      );
    }
    const result = this.compute(inputList(inputs), asked);
    const attributions = inputs instanceof Tensor ? result.attributions[0] : result.attributions;
    return result.delta === null ? attributions : { attributions, delta: result.delta };
  }
}

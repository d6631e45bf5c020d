/** @module A function for one shape of its input, that computes the gradients of its parameters. */

import { AutogradError } from "../../errors.ts";
import type { Shape } from "../../tensor/shape.ts";
import type { Tensor } from "../../tensor/tensor.ts";
import type { Stage, Workshop } from "./stage.ts";
import type { Tail } from "./tail.ts";

/** What a training plan consists of. */
export interface TrainingParts extends Workshop {
  /** What learns, in the order of use. */
  readonly parameters: readonly Tensor[];
  readonly stages: readonly Stage[];
  readonly input: { readonly address: number; readonly count: number };
  readonly outShape: Shape;
  readonly tail: Tail;
}

/** A plan, ready to run: forward, then backward of that same run. */
export class TrainingPlan {
  readonly parameters: readonly Tensor[];
  readonly outShape: Shape;
  readonly #parts: TrainingParts;
  #run: object | null = null;

  constructor(parts: TrainingParts) {
    this.#parts = parts;
    this.parameters = parts.parameters;
    this.outShape = parts.outShape;
  }

  /**
   * Computes the function with the parameters as they are now.
   * @returns the result's elements, and what names this run to {@link backward}
   */
  run(x: ArrayLike<number>): { readonly y: Float32Array<ArrayBuffer>; readonly run: object } {
    const { machine, learned, parameters, stages, input, tail } = this.#parts;
    learned.load(parameters);
    machine.floats.set(x, input.address >>> 2);
    for (const stage of stages) stage.forward();
    this.#run = {};
    return { y: tail.forward(), run: this.#run };
  }

  /**
   * Adds the gradient of each parameter to `sums`, in the order of {@link parameters}; null is passed over.
   * @throws AutogradError when the buffers belong to a later run: dropout's masks cannot be drawn again
   */
  backward(run: object, dy: Float32Array, sums: readonly (Float32Array | Float64Array | null)[]): void {
    if (run !== this.#run) {
      throw new AutogradError(
        "backward: a captured training step keeps only its latest run, and the function ran again since; " +
          "call backward before the next forward",
      );
    }
    const { learned, stages, tail } = this.#parts;
    tail.backward(dy);
    for (let i = stages.length - 1; i >= 0; i--) stages[i].backward();
    // Dropout worked in place, so the gradients cannot be computed twice.
    this.#run = null;
    this.parameters.forEach((parameter, i) => {
      const sum = sums[i];
      if (sum === null) return;
      const gradient = learned.gradientOf(parameter);
      if (sum instanceof Float32Array) addTo(sum, gradient);
      else for (let j = 0; j < gradient.length; j++) sum[j] += gradient[j];
    });
  }
}

/** Apart, because a loop over arrays of one kind is several times as fast. */
function addTo(sum: Float32Array, gradient: Float32Array): void {
  for (let j = 0; j < gradient.length; j++) sum[j] += gradient[j];
}

/**
 * @module
 * A function for one shape of its input, as a flat list of kernel calls over buffers that were laid out once.
 */

import type { Shape } from "../tensor/shape.ts";
import type { Step } from "./builder.ts";
import type { Machine } from "./machine.ts";

/** What a compiled function consists of. */
export interface PlanParts {
  readonly machine: Machine;
  readonly inShape: Shape;
  readonly outShape: Shape;
  readonly forward: readonly Step[];
  readonly backward: readonly Step[];
  /** Offsets of the buffers of input and output, and of their gradients. */
  readonly input: number;
  readonly output: number;
  readonly inputGradient: number | null;
  readonly outputGradient: number | null;
  /** Bytes of all buffers. */
  readonly bytes: number;
}

/** A plan, ready to run. */
export class Plan {
  readonly parts: PlanParts;
  readonly inShape: Shape;
  readonly outShape: Shape;
  readonly #inCount: number;
  readonly #outCount: number;

  constructor(parts: PlanParts) {
    this.parts = parts;
    this.inShape = parts.inShape;
    this.outShape = parts.outShape;
    this.#inCount = parts.inShape.reduce((product, size) => product * size, 1);
    this.#outCount = parts.outShape.reduce((product, size) => product * size, 1);
  }

  /**
   * Computes the function.
   * @param x the input's elements
   * @param from where they begin in `x`
   * @returns the output's elements, and what names this run to {@link backward}
   */
  run(x: Float32Array, from = 0): { readonly y: Float32Array; readonly run: object } {
    const { machine, forward, input, output, bytes } = this.parts;
    const base = machine.scratch(bytes);
    const run = {};
    machine.lastRun = run;
    machine.floats.set(x.subarray(from, from + this.#inCount), (base + input) >>> 2);
    for (const step of forward) step.run(base);
    return { y: machine.view(base + output, this.#outCount).slice(), run };
  }

  /** Whether the scratch still holds what `run` left there. */
  holds(run: object): boolean {
    return this.parts.machine.lastRun === run;
  }

  /**
   * dL/d(input) of the run that came last.
   * @param dy dL/d(output)
   */
  backward(dy: Float32Array, from = 0): Float32Array {
    const { machine, backward, inputGradient, outputGradient, bytes } = this.parts;
    if (inputGradient === null || outputGradient === null) return new Float32Array(this.#inCount);
    const base = machine.scratch(bytes);
    machine.floats.set(dy.subarray(from, from + this.#outCount), (base + outputGradient) >>> 2);
    for (const step of backward) step.run(base);
    return machine.view(base + inputGradient, this.#inCount).slice();
  }
}

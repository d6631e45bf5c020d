/**
 * @module
 * The first convolution of a line (see ./line.ts): its results with and without the rectifier behind it, in blocks, and its adjoint.
 */

import type { TracedCall } from "../autograd/index.ts";
import { compile } from "./compile.ts";
import type { Plan } from "./plan.ts";
import type { Equipment } from "./runtime.ts";

/** Offsets of buffers count from the address `base` that every method is given. */
export class FirstConvolution {
  /** Bytes of all buffers. */
  readonly bytes: number;
  readonly #affine: Plan;
  readonly #rectified: Plan;
  readonly #rectifiedBase: number;
  readonly inputFloats: number;
  readonly #outputFloats: number;

  /** @throws CannotCompile */
  constructor({ machine, weights }: Equipment, first: TracedCall, relu: TracedCall) {
    const [input] = first.inputs;
    if (input === null) throw new Error("a convolution without an input");
    this.#affine = compile(
      machine,
      weights,
      { input, output: first.output, calls: [first] },
      { differentiable: true, outputForm: "blocks" },
    );
    this.#rectified = compile(
      machine,
      weights,
      { input, output: relu.output, calls: [first, relu] },
      { differentiable: false, outputForm: "blocks" },
    );
    this.#rectifiedBase = this.#affine.parts.bytes;
    this.bytes = this.#rectifiedBase + this.#rectified.parts.bytes;
    this.inputFloats = input.numel();
    this.#outputFloats =
      Math.ceil(first.output.shape[1] / 8) * 8 * first.output.shape[2] * first.output.shape[3];
  }

  /** z = the convolution of baseline + alpha · difference, to an address. */
  affineAt(alpha: number, baseline: number, difference: number, to: number, base: number): void {
    const z = this.#run(this.#affine, alpha, baseline, difference, base) >>> 2;
    this.#affine.parts.machine.floats.copyWithin(to >>> 2, z, z + this.#outputFloats);
  }

  /** The same behind the rectifier. Returns the address of the result, which lasts until the next call. */
  unitsAt(alpha: number, baseline: number, difference: number, base: number): number {
    return this.#run(this.#rectified, alpha, baseline, difference, base + this.#rectifiedBase);
  }

  #run(plan: Plan, alpha: number, baseline: number, difference: number, base: number): number {
    const { machine, input, output, forward } = plan.parts;
    machine.code.pointOnLine(base + input, baseline, difference, alpha, this.inputFloats);
    for (const step of forward) step.run(base);
    return base + output;
  }

  /** The gradient of the input from that of z at an address. Returns the address where it lies until the next call. */
  adjoint(gradient: number, base: number): number {
    const { machine, outputGradient, inputGradient, backward } = this.#affine.parts;
    if (outputGradient === null || inputGradient === null) throw new Error("a convolution without gradients");
    const from = gradient >>> 2;
    machine.floats.copyWithin((base + outputGradient) >>> 2, from, from + this.#outputFloats);
    for (const step of backward) step.run(base);
    return base + inputGradient;
  }
}

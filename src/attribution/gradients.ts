/**
 * @module
 * The chosen scalar of each row and its gradient: what every method here is made of.
 */

import { grad } from "../autograd/grad.ts";
import { enableGrad, noGrad } from "../autograd/grad-mode.ts";
import { AutogradError } from "../errors.ts";
import { zerosLike } from "../tensor/creation.ts";
import type { Shape } from "../tensor/shape.ts";
import { Tensor } from "../tensor/tensor.ts";
import type { AdditionalArgs, ForwardFunction } from "./forward.ts";
import { argumentList, callForward } from "./forward.ts";
import { sumsGradients } from "./line.ts";
import type { LineRequest } from "./line.ts";
import { automaticChunk, chunks, range, takeRows } from "./rows.ts";
import { resolveTarget, targetOffsets } from "./targets.ts";
import type { ResolvedTarget, Target } from "./targets.ts";

/** The part of a request that says what is explained, common to all methods. */
export interface TargetOptions {
  /** Which scalar of each example's output; see {@link Target}. */
  readonly target?: Target;
  /** Handed to forward after the inputs; see {@link AdditionalArgs}. */
  readonly additionalForwardArgs?: AdditionalArgs;
}

/** A forward with everything fixed but the inputs: one scalar for each row. */
export class ScalarForward {
  readonly #forward: ForwardFunction;
  readonly #target: ResolvedTarget;
  readonly #additional: readonly unknown[];

  /** @throws ArgumentError, DTypeError, ShapeError when the options do not fit the number of examples */
  constructor(forward: ForwardFunction, options: TargetOptions, examples: number) {
    this.#forward = forward;
    this.#target = resolveTarget(options.target, examples);
    this.#additional = argumentList(options.additionalForwardArgs, examples);
  }

  /**
   * The gradient of each row's scalar with respect to that row of every input. Only the operations between inputs and
   * output are walked; no parameter's gradient is computed or touched. As Captum's `compute_gradients`.
   * @param inputs leaves, of which each row stems from the example that `rows` names
   * @throws AutogradError when the output does not depend on an input through recorded operations
   */
  gradients(inputs: readonly Tensor[], rows: readonly number[]): Tensor[] {
    const leaves = inputs.map((x) => new Tensor(x.data, x.shape, x.dtype, { requiresGrad: true }));
    const output = enableGrad(() => callForward(this.#forward, leaves, rows, this.#additional));
    if (!output.requiresGrad) {
      throw new AutogradError(
        "forward's result has no history: its operations ran inside noGrad(), or on detached copies of the inputs",
      );
    }
    // The sum of the chosen scalars has a gradient of one at each of them and of zero elsewhere.
    const seed = zerosLike(output);
    for (const offset of targetOffsets(output.shape, this.#target, rows)) seed.data[offset] = 1;
    return grad([output], leaves, { gradOutputs: [seed] });
  }

  /**
   * The weighted sum of the gradients on a line from `baseline` on, for one example, where forward knows a shorter way to it; else
   * null. As {@link gradients} at every point, within rounding.
   * @throws IndexRangeError, ShapeError when the target does not fit the result
   */
  sumOnLine(
    line: Pick<LineRequest, "baseline" | "difference" | "alphas" | "weights">,
    shape: Shape,
    example: number,
  ): Float32Array | null {
    if (!sumsGradients(this.#forward) || this.#additional.length > 0) return null;
    const target = ([, ...sizes]: Shape): number => targetOffsets([1, ...sizes], this.#target, [example])[0];
    return this.#forward.sumOfGradients({ ...line, target }, shape);
  }

  /** The scalar of each row, without recording. */
  values(inputs: readonly Tensor[], rows: readonly number[]): Float64Array {
    const output = noGrad(() => callForward(this.#forward, inputs, rows, this.#additional));
    return Float64Array.from(
      targetOffsets(output.shape, this.#target, rows),
      (offset) => output.data[offset],
    );
  }

  /** {@link values} of one row for each example, in chunks that fit into memory. */
  valuesOfExamples(inputs: readonly Tensor[]): Float64Array {
    const examples = inputs[0].shape[0];
    const values = new Float64Array(examples);
    for (const [start, end] of chunks(examples, automaticChunk(inputs))) {
      const rows = range(start, end);
      values.set(
        this.values(
          inputs.map((x) => takeRows(x, rows)),
          rows,
        ),
        start,
      );
    }
    return values;
  }

  /** {@link gradients} of one row for each example, in chunks that fit into memory. */
  gradientsOfExamples(inputs: readonly Tensor[]): Tensor[] {
    const total = inputs.map(zerosLike);
    for (const [start, end] of chunks(inputs[0].shape[0], automaticChunk(inputs))) {
      const rows = range(start, end);
      const parts = this.gradients(
        inputs.map((x) => takeRows(x, rows)),
        rows,
      );
      parts.forEach((part, i) =>
        total[i].data.set(part.data, (total[i].numel() / inputs[i].shape[0]) * start),
      );
    }
    return total;
  }
}

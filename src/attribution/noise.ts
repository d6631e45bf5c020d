/**
 * @module
 * Random copies of the examples, for methods that average over them.
 */

import { ArgumentError } from "../errors.ts";
import { add } from "../ops/index.ts";
import { noGrad } from "../autograd/grad-mode.ts";
import { randn } from "../tensor/random.ts";
import type { Generator } from "../tensor/random.ts";
import type { Tensor } from "../tensor/tensor.ts";
import { takeRows } from "./rows.ts";

/** The standard deviation of the noise of each input: one for all, or a list. */
export type Deviations = number | readonly number[];

/**
 * The deviation of each input.
 * @throws ArgumentError when there are not as many as inputs, or one is negative or not a number
 */
export function deviationList(stdevs: Deviations, inputs: readonly Tensor[]): readonly number[] {
  const list = typeof stdevs === "number" ? inputs.map(() => stdevs) : stdevs;
  if (list.length !== inputs.length || !list.every((deviation) => deviation >= 0)) {
    throw new ArgumentError(
      `stdevs: expected a number >= 0, or one for each of the ${inputs.length} inputs, got ${JSON.stringify(stdevs)}`,
    );
  }
  return list;
}

/** Each example of `examples` as often as there are samples, the samples of one example beside each other. */
export function repeatedExamples(examples: number, samples: number): number[] {
  return Array.from({ length: examples * samples }, (_, i) => Math.floor(i / samples));
}

/**
 * The named rows of `x` plus noise of the normal distribution, drawn in float32 as Captum draws it with `torch.normal`:
 * the same generator state gives the same noise.
 */
export function noisyRows(
  x: Tensor,
  rows: readonly number[],
  deviation: number,
  generator: Generator,
): Tensor {
  const copies = takeRows(x, rows);
  const noise = randn(copies.shape, { generator });
  for (let i = 0; i < noise.data.length; i++) noise.data[i] *= Math.fround(deviation);
  return noGrad(() => add(copies, noise.to(x.dtype)));
}

/** @throws ArgumentError unless `samples` is an integer of at least 1 */
export function checkSamples(name: string, samples: number): number {
  if (Number.isInteger(samples) && samples >= 1) return samples;
  throw new ArgumentError(`${name}: expected an integer >= 1, got ${samples}`);
}

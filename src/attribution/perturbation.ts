/**
 * @module
 * Replacing features by their baselines and watching the output: what ablation and occlusion share.
 */

import { ArgumentError } from "../errors.ts";
import type { Tensor } from "../tensor/tensor.ts";
import type { ScalarForward } from "./gradients.ts";
import { chunks, range, takeRows } from "./rows.ts";

/** For each input the flat indices, over all examples, of the elements that are replaced together. */
export type Feature = readonly (readonly number[])[];

/** Sums of the output's losses, and how many features covered each element; flat, for each input. */
export interface Losses {
  readonly sums: readonly Float64Array[];
  readonly counts: readonly Float64Array[];
}

/**
 * For every feature, F(x) − F(x with the feature at its baseline), added to each of its elements.
 * @param perForward how many features are tried in one forward pass
 * @throws ArgumentError unless `perForward` is an integer of at least 1
 */
export function lossesWithout(
  features: readonly Feature[],
  forward: ScalarForward,
  inputs: readonly Tensor[],
  baselines: readonly Tensor[],
  perForward: number,
): Losses {
  if (!Number.isInteger(perForward) || perForward < 1) {
    throw new ArgumentError(`perturbationsPerEval: expected an integer >= 1, got ${perForward}`);
  }
  const examples = inputs[0].shape[0];
  const sums = inputs.map((x) => new Float64Array(x.numel()));
  const counts = inputs.map((x) => new Float64Array(x.numel()));
  const whole = forward.valuesOfExamples(inputs);
  for (const [start, end] of chunks(features.length, perForward)) {
    const tried = features.slice(start, end);
    const rows = tried.flatMap(() => range(0, examples));
    const perturbed = inputs.map((x, i) =>
      withoutFeatures(
        x,
        baselines[i],
        tried.map((feature) => feature[i]),
      ),
    );
    const values = forward.values(perturbed, rows);
    tried.forEach((feature, k) => {
      feature.forEach((indices, i) => {
        const rowSize = inputs[i].numel() / examples;
        for (const index of indices) {
          const example = Math.floor(index / rowSize);
          sums[i][index] += whole[example] - values[k * examples + example];
          counts[i][index]++;
        }
      });
    });
  }
  return { sums, counts };
}

/** One copy of all examples after the other, the k-th with the elements of `replaced[k]` at their baseline. */
function withoutFeatures(x: Tensor, baseline: Tensor, replaced: readonly (readonly number[])[]): Tensor {
  const copies = takeRows(
    x,
    replaced.flatMap(() => range(0, x.shape[0])),
  );
  replaced.forEach((indices, k) => {
    for (const index of indices) copies.data[k * x.numel() + index] = baseline.data[index];
  });
  return copies;
}

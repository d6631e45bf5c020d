/**
 * @module
 * Completeness: attributions along a path should sum to the change of the output between its ends.
 */

import { allocate } from "../tensor/dtype.ts";
import { Tensor } from "../tensor/tensor.ts";
import type { ScalarForward } from "./gradients.ts";

/**
 * Σ attributions − (F(x) − F(baseline)) of each example, [N]. As Captum's `compute_convergence_delta`, except that sums
 * are taken in float64 and rounded once.
 */
export function convergenceDelta(
  forward: ScalarForward,
  attributions: readonly Tensor[],
  inputs: readonly Tensor[],
  baselines: readonly Tensor[],
): Tensor {
  const ends = forward.valuesOfExamples(inputs);
  const starts = forward.valuesOfExamples(baselines);
  const examples = ends.length;
  const delta = allocate(attributions[0].dtype, examples);
  for (let example = 0; example < examples; example++) {
    const total = attributions.reduce((sum, attribution) => sum + rowSum(attribution, example), 0);
    delta[example] = total - (ends[example] - starts[example]);
  }
  return new Tensor(delta, [examples], attributions[0].dtype);
}

function rowSum(x: Tensor, row: number): number {
  const size = x.numel() / x.shape[0];
  let sum = 0;
  for (let i = row * size; i < (row + 1) * size; i++) sum += x.data[i];
  return sum;
}

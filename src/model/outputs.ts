/**
 * @module
 * What a module's scores are: PyTorch's classifiers end in nothing, in log_softmax or in softmax, and nothing but the
 * numbers tells.
 */

import { exp, softmax } from "../ops/index.ts";
import type { Tensor } from "../tensor/tensor.ts";

/** What a module's output is. */
export type OutputKind = "logits" | "log-probabilities" | "probabilities";

/** How far a sum of probabilities may be from 1 by rounding. */
const ROUNDING = 1e-3;

/** Judges rows of scores [N, K] by their numbers; K = 1 is always taken for logits. */
export function kindOfOutput(rows: readonly (readonly number[])[]): OutputKind {
  const all = (holds: (row: readonly number[]) => boolean): boolean => rows.length > 0 && rows.every(holds);
  const sumsToOne = (row: readonly number[]): boolean =>
    row.length > 1 && Math.abs(row.reduce((sum, value) => sum + value, 0) - 1) < ROUNDING;
  if (all((row) => row.every((value) => value >= 0 && value <= 1) && sumsToOne(row))) return "probabilities";
  if (all((row) => row.every((value) => value <= 0) && sumsToOne(row.map(Math.exp))))
    return "log-probabilities";
  return "logits";
}

/** Probabilities from a module's output [N, K]; differentiable. */
export function toProbabilities(output: Tensor, kind: OutputKind): Tensor {
  switch (kind) {
    case "probabilities":
      return output;
    case "log-probabilities":
      return exp(output);
    case "logits":
      return softmax(output, 1);
  }
}

/**
 * @module
 * Scores [N, K] row by row.
 */

import { ArgumentError, formatShape, ShapeError } from "../errors.ts";
import type { Tensor } from "../tensor/tensor.ts";

/** The rows of scores [N, K]. @throws ShapeError for another number of dimensions */
export function rowsOf(scores: Tensor): number[][] {
  if (scores.ndim !== 2) {
    throw new ShapeError(`expected scores [N, classes], got ${formatShape(scores.shape)}`);
  }
  const [examples, classes] = scores.shape;
  return Array.from({ length: examples }, (_, i) =>
    Array.from(scores.data.subarray(i * classes, (i + 1) * classes)),
  );
}

/**
 * As `torch.argmax`: the first of equals, and NaN counts as the highest.
 * @throws ArgumentError when there is nothing to choose from
 */
export function firstMaximum(values: readonly number[]): number {
  if (values.length === 0) throw new ArgumentError("argmax: expected at least one class, got none");
  let best = 0;
  for (let i = 1; i < values.length && !Number.isNaN(values[best]); i++) {
    if (values[i] > values[best] || Number.isNaN(values[i])) best = i;
  }
  return best;
}

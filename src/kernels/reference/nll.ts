/**
 * @module
 * The negative log-likelihood of given classes. The axis is that of the classes; `target` has one class for every line
 * (o, i), at `o · inner + i`, or {@link IGNORED}.
 */

import type { FloatArray } from "../geometry.ts";
import type { Axis } from "./axis.ts";

/** Stands in `target` for a line that does not count. */
export const IGNORED = -1;

/** y[line] = -weight[target] · x[line, target]; 0 where ignored. */
export function nllEach(
  y: FloatArray,
  x: FloatArray,
  target: Int32Array,
  weight: FloatArray | null,
  axis: Axis,
): void {
  for (let line = 0; line < target.length; line++) {
    const kind = target[line];
    y[line] = kind === IGNORED ? 0 : -(weight?.[kind] ?? 1) * x[entry(line, kind, axis)];
  }
}

/** y[0] = the sum of {@link nllEach} over all lines, divided by `divisor`; accumulated in float64. */
export function nllSum(
  y: FloatArray,
  x: FloatArray,
  target: Int32Array,
  weight: FloatArray | null,
  axis: Axis,
  divisor: number,
): void {
  let sum = 0;
  for (let line = 0; line < target.length; line++) {
    const kind = target[line];
    if (kind !== IGNORED) sum -= (weight?.[kind] ?? 1) * x[entry(line, kind, axis)];
  }
  y[0] = sum / divisor;
}

/** Σ weight[target] over the lines that count: what the mean divides by. */
export function targetWeight(target: Int32Array, weight: FloatArray | null): number {
  let sum = 0;
  for (const kind of target) if (kind !== IGNORED) sum += weight?.[kind] ?? 1;
  return sum;
}

/** dx[line, target] -= weight[target] · dy[line · dyStep] / divisor; a step of 0 shares one dy among all lines. */
export function nllBackward(
  dx: FloatArray,
  dy: FloatArray,
  dyStep: 0 | 1,
  target: Int32Array,
  weight: FloatArray | null,
  axis: Axis,
  divisor: number,
): void {
  for (let line = 0; line < target.length; line++) {
    const kind = target[line];
    if (kind !== IGNORED)
      dx[entry(line, kind, axis)] -= ((weight?.[kind] ?? 1) * dy[line * dyStep]) / divisor;
  }
}

/** Where class `kind` of line `o · inner + i` is in the tensor: `(o · size + kind) · inner + i`. */
function entry(line: number, kind: number, { size, inner }: Axis): number {
  const i = line % inner;
  return (line - i) * size + kind * inner + i;
}

/** @module The binary cross entropy of scores, without overflow. */

import type { FloatArray } from "../geometry.ts";

/** y = -t · log σ(x) - (1 - t) · log(1 - σ(x)), written as max(x, 0) - x·t + log(1 + exp(-|x|)). */
export function logisticLossForward(y: FloatArray, x: FloatArray, t: FloatArray): void {
  for (let i = 0; i < y.length; i++) {
    y[i] = Math.max(x[i], 0) - x[i] * t[i] + Math.log1p(Math.exp(-Math.abs(x[i])));
  }
}

/** dx += dy · (σ(x) - t). */
export function logisticLossBackward(dx: FloatArray, dy: FloatArray, x: FloatArray, t: FloatArray): void {
  for (let i = 0; i < dx.length; i++) dx[i] += dy[i] * (1 / (1 + Math.exp(-x[i])) - t[i]);
}

/** dt -= dy · x. */
export function logisticLossBackwardTarget(dt: FloatArray, dy: FloatArray, x: FloatArray): void {
  for (let i = 0; i < dt.length; i++) dt[i] -= dy[i] * x[i];
}

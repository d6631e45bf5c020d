/** @module The rectifier and its adjoint. */

import type { FloatArray } from "../geometry.ts";

/** y = max(x, 0), element by element; NaN stays NaN and -0 stays -0, as in PyTorch. */
export function reluForward(y: FloatArray, x: FloatArray): void {
  for (let i = 0; i < x.length; i++) {
    const value = x[i];
    y[i] = value < 0 ? 0 : value;
  }
}

/** dx += dy where not (x <= 0): nothing at 0, all of it at NaN (PyTorch's `threshold_backward`). */
export function reluBackward(dx: FloatArray, dy: FloatArray, x: FloatArray): void {
  for (let i = 0; i < x.length; i++) {
    if (!(x[i] <= 0)) dx[i] += dy[i];
  }
}

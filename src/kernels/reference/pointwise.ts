/**
 * @module
 * y[i] = f(x[i]) and its adjoint. The functions themselves are in `functions.ts`; relu, which dominates a
 * convolutional net, has kernels of its own.
 */

import type { FloatArray } from "../geometry.ts";

/** A scalar function and its derivative. */
export interface ScalarFunction {
  value(x: number): number;
  /** df/dx at `x`, where `y` is f(x), for functions whose derivative is cheaper from their value. */
  slope(x: number, y: number): number;
}

/** y = f(x). */
export function pointwiseForward(y: FloatArray, x: FloatArray, f: ScalarFunction): void {
  for (let i = 0; i < y.length; i++) y[i] = f.value(x[i]);
}

/** dx += dy · f'(x). */
export function pointwiseBackward(
  dx: FloatArray,
  dy: FloatArray,
  x: FloatArray,
  y: FloatArray,
  f: ScalarFunction,
): void {
  for (let i = 0; i < dx.length; i++) dx[i] += dy[i] * f.slope(x[i], y[i]);
}

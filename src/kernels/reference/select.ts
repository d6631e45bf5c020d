/** @module One of two values for each element, and the rectifier whose slope below 0 is learned. */

import type { FloatArray } from "../geometry.ts";

/** y = a where `test` is not 0, otherwise b. What is not taken is not looked at. */
export function selectForward(y: FloatArray, test: FloatArray, a: FloatArray, b: FloatArray): void {
  for (let i = 0; i < y.length; i++) y[i] = test[i] !== 0 ? a[i] : b[i];
}

/** dx += dy where `test` is not 0, or, for the other branch, where it is. */
export function selectBackward(dx: FloatArray, dy: FloatArray, test: FloatArray, taken: boolean): void {
  for (let i = 0; i < dx.length; i++) {
    if ((test[i] !== 0) === taken) dx[i] += dy[i];
  }
}

/** y = x above 0, otherwise slope · x. */
export function preluForward(y: FloatArray, x: FloatArray, slope: FloatArray): void {
  for (let i = 0; i < x.length; i++) y[i] = x[i] > 0 ? x[i] : slope[i] * x[i];
}

/** dx += dy above 0, otherwise slope · dy; at 0 the slope counts, as in PyTorch. */
export function preluBackward(dx: FloatArray, dy: FloatArray, x: FloatArray, slope: FloatArray): void {
  for (let i = 0; i < x.length; i++) dx[i] += x[i] > 0 ? dy[i] : slope[i] * dy[i];
}

/** dslope += x · dy, except above 0. */
export function preluSlopeBackward(dslope: FloatArray, dy: FloatArray, x: FloatArray): void {
  for (let i = 0; i < x.length; i++) {
    if (!(x[i] > 0)) dslope[i] += x[i] * dy[i];
  }
}

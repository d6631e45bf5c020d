/**
 * @module
 * Variance and the logarithm of a sum of exponentials over dimensions. A is the result, B the tensor, as in `reduce.ts`.
 * Everything runs in float64 and is rounded once.
 */

import type { FloatArray } from "../geometry.ts";
import { forEachRow } from "./broadcast.ts";
import type { StridedPair } from "./broadcast.ts";

/** mean += (Σ x) / count. */
export function means(mean: Float64Array, x: FloatArray, pair: StridedPair, count: number): void {
  forEachRow(pair, (_i, a, b, run, stepA, stepB) => {
    for (let j = 0; j < run; j++) mean[a + j * stepA] += x[b + j * stepB] / count;
  });
}

/** squares += Σ (x - mean)². */
export function squaredDeviations(
  squares: Float64Array,
  x: FloatArray,
  mean: Float64Array,
  pair: StridedPair,
): void {
  forEachRow(pair, (_i, a, b, run, stepA, stepB) => {
    for (let j = 0; j < run; j++) {
      const deviation = x[b + j * stepB] - mean[a + j * stepA];
      squares[a + j * stepA] += deviation * deviation;
    }
  });
}

/** y = squares / divisor: the variance. */
export function varianceForward(y: FloatArray, squares: Float64Array, divisor: number): void {
  for (let i = 0; i < y.length; i++) y[i] = squares[i] / divisor;
}

/** y = √(squares / divisor): the standard deviation. */
export function deviationForward(y: FloatArray, squares: Float64Array, divisor: number): void {
  for (let i = 0; i < y.length; i++) y[i] = Math.sqrt(squares[i] / divisor);
}

/** dx += dy · 2 (x - mean) / divisor. */
export function varianceBackward(
  dx: FloatArray,
  dy: FloatArray,
  x: FloatArray,
  mean: Float64Array,
  pair: StridedPair,
  divisor: number,
): void {
  forEachRow(pair, (_i, a, b, run, stepA, stepB) => {
    for (let j = 0; j < run; j++) {
      const place = a + j * stepA;
      dx[b + j * stepB] += (dy[place] * 2 * (x[b + j * stepB] - mean[place])) / divisor;
    }
  });
}

/** dx += dy · (x - mean) / (divisor · y), and nothing where the deviation y is 0. */
export function deviationBackward(
  dx: FloatArray,
  dy: FloatArray,
  y: FloatArray,
  x: FloatArray,
  mean: Float64Array,
  pair: StridedPair,
  divisor: number,
): void {
  forEachRow(pair, (_i, a, b, run, stepA, stepB) => {
    for (let j = 0; j < run; j++) {
      const place = a + j * stepA;
      if (y[place] === 0) continue;
      dx[b + j * stepB] += (dy[place] * (x[b + j * stepB] - mean[place])) / (divisor * y[place]);
    }
  });
}

/** y = max + log Σ exp(x - max), given y = max. */
export function logSumExpForward(y: FloatArray, x: FloatArray, pair: StridedPair): void {
  const sums = new Float64Array(y.length);
  // Beside an infinite maximum the difference would be NaN: exp alone gives what is right there.
  for (let i = 0; i < y.length; i++) if (Math.abs(y[i]) === Infinity) y[i] = 0;
  forEachRow(pair, (_i, a, b, run, stepA, stepB) => {
    for (let j = 0; j < run; j++) sums[a + j * stepA] += Math.exp(x[b + j * stepB] - y[a + j * stepA]);
  });
  for (let i = 0; i < y.length; i++) y[i] += Math.log(sums[i]);
}

/** dx += dy · exp(x - y). */
export function logSumExpBackward(
  dx: FloatArray,
  dy: FloatArray,
  y: FloatArray,
  x: FloatArray,
  pair: StridedPair,
): void {
  forEachRow(pair, (_i, a, b, run, stepA, stepB) => {
    for (let j = 0; j < run; j++) {
      dx[b + j * stepB] += dy[a + j * stepA] * Math.exp(x[b + j * stepB] - y[a + j * stepA]);
    }
  });
}

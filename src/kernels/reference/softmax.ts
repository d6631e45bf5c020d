/**
 * @module
 * Softmax and its logarithm along one dimension. The largest entry of a line is taken off first, so that exp cannot
 * overflow; sums run in float64. A line of nothing but -Infinity, or with a +Infinity or NaN, becomes NaN throughout.
 */

import type { FloatArray } from "../geometry.ts";
import type { Axis } from "./axis.ts";

/** Calls `line(start)` for each line of the axis; its entries follow at the distance `axis.inner`. */
function forEachLine(axis: Axis, line: (start: number) => void): void {
  const { outer, size, inner } = axis;
  for (let o = 0; o < outer; o++) {
    for (let i = 0; i < inner; i++) line(o * size * inner + i);
  }
}

function largest(x: FloatArray, start: number, end: number, step: number): number {
  let max = -Infinity;
  for (let p = start; p < end; p += step) if (x[p] > max) max = x[p];
  return max;
}

function expSum(x: FloatArray, max: number, start: number, end: number, step: number): number {
  let sum = 0;
  for (let p = start; p < end; p += step) sum += Math.exp(x[p] - max);
  return sum;
}

/** y = exp(x - max) / Σ exp(x - max). */
export function softmaxForward(y: FloatArray, x: FloatArray, axis: Axis): void {
  const { size, inner } = axis;
  forEachLine(axis, (start) => {
    const end = start + size * inner;
    const max = largest(x, start, end, inner);
    const sum = expSum(x, max, start, end, inner);
    for (let p = start; p < end; p += inner) y[p] = Math.exp(x[p] - max) / sum;
  });
}

/** dx += y · (dy - Σ dy·y). */
export function softmaxBackward(dx: FloatArray, dy: FloatArray, y: FloatArray, axis: Axis): void {
  const { size, inner } = axis;
  forEachLine(axis, (start) => {
    const end = start + size * inner;
    let dot = 0;
    for (let p = start; p < end; p += inner) dot += dy[p] * y[p];
    for (let p = start; p < end; p += inner) dx[p] += y[p] * (dy[p] - dot);
  });
}

/** y = x - max - log Σ exp(x - max). */
export function logSoftmaxForward(y: FloatArray, x: FloatArray, axis: Axis): void {
  const { size, inner } = axis;
  forEachLine(axis, (start) => {
    const end = start + size * inner;
    const max = largest(x, start, end, inner);
    const logSum = Math.log(expSum(x, max, start, end, inner));
    // The differences come first: max + logSum would swallow logSum beside a large max.
    for (let p = start; p < end; p += inner) y[p] = x[p] - max - logSum;
  });
}

/** dx += dy - exp(y) · Σ dy. */
export function logSoftmaxBackward(dx: FloatArray, dy: FloatArray, y: FloatArray, axis: Axis): void {
  const { size, inner } = axis;
  forEachLine(axis, (start) => {
    const end = start + size * inner;
    let sum = 0;
    for (let p = start; p < end; p += inner) sum += dy[p];
    for (let p = start; p < end; p += inner) dx[p] += dy[p] - Math.exp(y[p]) * sum;
  });
}

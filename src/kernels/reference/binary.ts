/**
 * @module
 * y = a ∘ b with broadcasting, and the pieces that its adjoints are made of.
 */

import type { FloatArray } from "../geometry.ts";
import { forEachRow } from "./broadcast.ts";
import type { StridedPair } from "./broadcast.ts";

/** y = a + b over the index space of `pair`. */
export function addForward(y: FloatArray, a: FloatArray, b: FloatArray, pair: StridedPair): void {
  forEachRow(pair, (i, ia, ib, count, stepA, stepB) => {
    for (let j = 0; j < count; j++) y[i + j] = a[ia + j * stepA] + b[ib + j * stepB];
  });
}

/** y = a - b. */
export function subForward(y: FloatArray, a: FloatArray, b: FloatArray, pair: StridedPair): void {
  forEachRow(pair, (i, ia, ib, count, stepA, stepB) => {
    for (let j = 0; j < count; j++) y[i + j] = a[ia + j * stepA] - b[ib + j * stepB];
  });
}

/** y = a · b. */
export function mulForward(y: FloatArray, a: FloatArray, b: FloatArray, pair: StridedPair): void {
  forEachRow(pair, (i, ia, ib, count, stepA, stepB) => {
    for (let j = 0; j < count; j++) y[i + j] = a[ia + j * stepA] * b[ib + j * stepB];
  });
}

/** y = a / b. */
export function divForward(y: FloatArray, a: FloatArray, b: FloatArray, pair: StridedPair): void {
  forEachRow(pair, (i, ia, ib, count, stepA, stepB) => {
    for (let j = 0; j < count; j++) y[i + j] = a[ia + j * stepA] / b[ib + j * stepB];
  });
}

/** y = a^b, Math.pow's and PyTorch's special cases (0^0 = 1). */
export function powForward(y: FloatArray, a: FloatArray, b: FloatArray, pair: StridedPair): void {
  forEachRow(pair, (i, ia, ib, count, stepA, stepB) => {
    for (let j = 0; j < count; j++) y[i + j] = Math.pow(a[ia + j * stepA], b[ib + j * stepB]);
  });
}

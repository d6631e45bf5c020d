/**
 * @module
 * Moving a box of elements between arrays of different strides: what permuting, slicing and joining come down to.
 */

import type { FloatArray } from "../geometry.ts";
import { forEachRow } from "./broadcast.ts";
import type { StridedPair } from "./broadcast.ts";

/** A box of a target (A) and of a source (B), of equal sizes: where each starts, and how far its neighbours are apart. */
export interface Region extends StridedPair {
  readonly startA: number;
  readonly startB: number;
}

/** y = x over the region: A is y, B is x. */
export function copyRegion(y: FloatArray, x: FloatArray, region: Region): void {
  forEachRow(region, (_i, a, b, count, stepA, stepB) => {
    const toward = region.startA + a;
    const from = region.startB + b;
    for (let j = 0; j < count; j++) y[toward + j * stepA] = x[from + j * stepB];
  });
}

/** dx += dy over the region, the adjoint of {@link copyRegion}: A is still dy's side, B dx's. */
export function addRegion(dx: FloatArray, dy: FloatArray, region: Region): void {
  forEachRow(region, (_i, a, b, count, stepA, stepB) => {
    const from = region.startA + a;
    const toward = region.startB + b;
    for (let j = 0; j < count; j++) dx[toward + j * stepB] += dy[from + j * stepA];
  });
}

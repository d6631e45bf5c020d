/**
 * @module
 * Sums over dimensions, and spreading a value back over them.
 *
 * The index space of a `StridedPair` is that of the larger tensor: `stridesA` are those of the smaller one, 0 along the
 * dimensions that are summed; `stridesB` those of the larger one.
 */

import type { FloatArray } from "../geometry.ts";
import { forEachRow } from "./broadcast.ts";
import type { StridedPair } from "./broadcast.ts";

/**
 * out += scale · (sum of x over the reduced dimensions). The sums run in float64 whatever the arrays are, and are
 * rounded once.
 */
export function sumReduce(out: FloatArray, x: FloatArray, pair: StridedPair, scale: number): void {
  const sums = new Float64Array(out.length);
  forEachRow(pair, (_i, a, b, count, stepA, stepB) => {
    if (stepA === 0) {
      let sum = 0;
      for (let j = 0; j < count; j++) sum += x[b + j * stepB];
      sums[a] += sum;
    } else {
      for (let j = 0; j < count; j++) sums[a + j * stepA] += x[b + j * stepB];
    }
  });
  for (let i = 0; i < out.length; i++) out[i] += scale * sums[i];
}

/** dx += scale · dy, every dy spread over the dimensions that were summed: the adjoint of {@link sumReduce}. */
export function spread(dx: FloatArray, dy: FloatArray, pair: StridedPair, scale: number): void {
  forEachRow(pair, (_i, a, b, count, stepA, stepB) => {
    for (let j = 0; j < count; j++) dx[b + j * stepB] += scale * dy[a + j * stepA];
  });
}

/** @module Random masks and their product with an array whose neighbours share an entry of the mask. */

import type { FloatArray } from "../geometry.ts";

/**
 * mask[i] = 1 / keep where the next number of `uniform` (in [0, 1)) is below `keep`, otherwise 0; with a `keep` of 0
 * nothing is drawn. PyTorch divides in the tensor's own type, and so does this, to the bit.
 */
export function fillMask(mask: FloatArray, uniform: () => number, keep: number): void {
  if (keep === 0) {
    mask.fill(0);
    return;
  }
  const scale = 1 / (mask instanceof Float32Array ? Math.fround(keep) : keep);
  for (let i = 0; i < mask.length; i++) mask[i] = uniform() < keep ? scale : 0;
}

/** y = x · mask, where every entry of the mask counts for `run` neighbours: x has `mask.length · run` elements. */
export function maskForward(y: FloatArray, x: FloatArray, mask: FloatArray, run: number): void {
  for (let m = 0; m < mask.length; m++) {
    const factor = mask[m];
    const end = (m + 1) * run;
    for (let i = m * run; i < end; i++) y[i] = x[i] * factor;
  }
}

/** dx += dy · mask. Lengths as in {@link maskForward}. */
export function maskBackward(dx: FloatArray, dy: FloatArray, mask: FloatArray, run: number): void {
  for (let m = 0; m < mask.length; m++) {
    const factor = mask[m];
    const end = (m + 1) * run;
    for (let i = m * run; i < end; i++) dx[i] += dy[i] * factor;
  }
}

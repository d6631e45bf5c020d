/** @module Bilinear interpolation of images, and its adjoint. */

import type { FloatArray } from "../geometry.ts";

/**
 * For each place i on a line of the output, two neighbours on the line of the input and the second one's share:
 * `out[i] = (1 − share[i]) · in[low[i]] + share[i] · in[high[i]]`.
 */
export interface LinearWeights {
  readonly low: Int32Array;
  readonly high: Int32Array;
  readonly share: Float64Array;
}

/** `planes` images of inHeight × inWidth become images of as many rows and columns as there are weights. */
export interface BilinearGeometry {
  readonly planes: number;
  readonly inHeight: number;
  readonly inWidth: number;
  readonly rows: LinearWeights;
  readonly columns: LinearWeights;
}

/** y = x, interpolated along rows and columns in float64. */
export function bilinearForward(y: FloatArray, x: FloatArray, g: BilinearGeometry): void {
  const { rows, columns } = g;
  let yi = 0;
  for (let p = 0; p < g.planes; p++) {
    const plane = p * g.inHeight * g.inWidth;
    for (let oh = 0; oh < rows.share.length; oh++) {
      const upper = plane + rows.low[oh] * g.inWidth;
      const lower = plane + rows.high[oh] * g.inWidth;
      const down = rows.share[oh];
      for (let ow = 0; ow < columns.share.length; ow++) {
        const left = columns.low[ow];
        const right = columns.high[ow];
        const across = columns.share[ow];
        y[yi++] =
          (1 - down) * ((1 - across) * x[upper + left] + across * x[upper + right]) +
          down * ((1 - across) * x[lower + left] + across * x[lower + right]);
      }
    }
  }
}

/** dx += each dy, shared among the four pixels that it was made of. */
export function bilinearBackward(dx: FloatArray, dy: FloatArray, g: BilinearGeometry): void {
  const { rows, columns } = g;
  let yi = 0;
  for (let p = 0; p < g.planes; p++) {
    const plane = p * g.inHeight * g.inWidth;
    for (let oh = 0; oh < rows.share.length; oh++) {
      const upper = plane + rows.low[oh] * g.inWidth;
      const lower = plane + rows.high[oh] * g.inWidth;
      const down = rows.share[oh];
      for (let ow = 0; ow < columns.share.length; ow++) {
        const left = columns.low[ow];
        const right = columns.high[ow];
        const across = columns.share[ow];
        const d = dy[yi++];
        dx[upper + left] += (1 - down) * (1 - across) * d;
        dx[upper + right] += (1 - down) * across * d;
        dx[lower + left] += down * (1 - across) * d;
        dx[lower + right] += down * across * d;
      }
    }
  }
}

/**
 * The weights of a line of `inSize` pixels stretched to `outSize`.
 * @param pitch input pixels per output pixel
 * @param alignCorners whether the first and last pixels' centres fall together (then place i lies at `i · pitch`), or
 * the outer edges do (then at `(i + ½) · pitch − ½`, no further out than the first pixel's centre)
 */
export function linearWeights(
  inSize: number,
  outSize: number,
  pitch: number,
  alignCorners: boolean,
): LinearWeights {
  const low = new Int32Array(outSize);
  const high = new Int32Array(outSize);
  const share = new Float64Array(outSize);
  for (let i = 0; i < outSize; i++) {
    const at = alignCorners ? i * pitch : Math.max((i + 0.5) * pitch - 0.5, 0);
    low[i] = Math.min(Math.floor(at), inSize - 1);
    high[i] = Math.min(low[i] + 1, inSize - 1);
    share[i] = Math.min(at - low[i], 1);
  }
  return { low, high, share };
}

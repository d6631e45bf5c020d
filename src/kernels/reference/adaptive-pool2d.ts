/** @module Average pooling to a given size, and its adjoint. */

import type { FloatArray } from "../geometry.ts";

/**
 * `planes` images of inHeight × inWidth become as many of outHeight × outWidth. Row i of the output covers the rows
 * [⌊i·in/out⌋, ⌈(i + 1)·in/out⌉) of the input, so neighbours may overlap; likewise for columns.
 */
export interface AdaptivePool2dGeometry {
  readonly planes: number;
  readonly inHeight: number;
  readonly inWidth: number;
  readonly outHeight: number;
  readonly outWidth: number;
}

/** y = the mean of each bin, summed in float64. */
export function adaptiveAvgPool2dForward(y: FloatArray, x: FloatArray, g: AdaptivePool2dGeometry): void {
  const { inHeight, inWidth, outHeight, outWidth } = g;
  let yi = 0;
  for (let p = 0; p < g.planes; p++) {
    const plane = p * inHeight * inWidth;
    for (let oh = 0; oh < outHeight; oh++) {
      const top = binStart(oh, inHeight, outHeight);
      const bottom = binEnd(oh, inHeight, outHeight);
      for (let ow = 0; ow < outWidth; ow++) {
        const left = binStart(ow, inWidth, outWidth);
        const right = binEnd(ow, inWidth, outWidth);
        let sum = 0;
        for (let ih = top; ih < bottom; ih++) {
          const row = plane + ih * inWidth;
          for (let i = row + left; i < row + right; i++) sum += x[i];
        }
        y[yi++] = sum / ((bottom - top) * (right - left));
      }
    }
  }
}

/** dx += each bin's dy, shared equally among its pixels. */
export function adaptiveAvgPool2dBackward(dx: FloatArray, dy: FloatArray, g: AdaptivePool2dGeometry): void {
  const { inHeight, inWidth, outHeight, outWidth } = g;
  let yi = 0;
  for (let p = 0; p < g.planes; p++) {
    const plane = p * inHeight * inWidth;
    for (let oh = 0; oh < outHeight; oh++) {
      const top = binStart(oh, inHeight, outHeight);
      const bottom = binEnd(oh, inHeight, outHeight);
      for (let ow = 0; ow < outWidth; ow++) {
        const left = binStart(ow, inWidth, outWidth);
        const right = binEnd(ow, inWidth, outWidth);
        const share = dy[yi++] / ((bottom - top) * (right - left));
        for (let ih = top; ih < bottom; ih++) {
          const row = plane + ih * inWidth;
          for (let i = row + left; i < row + right; i++) dx[i] += share;
        }
      }
    }
  }
}

function binStart(i: number, inSize: number, outSize: number): number {
  return Math.floor((i * inSize) / outSize);
}

function binEnd(i: number, inSize: number, outSize: number): number {
  return Math.ceil(((i + 1) * inSize) / outSize);
}

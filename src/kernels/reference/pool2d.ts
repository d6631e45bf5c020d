/** @module Max and average pooling with their adjoints, from the definition. */

import type { FloatArray, Pool2dGeometry } from "../geometry.ts";

/** Average pooling. Dilation is 1, and padding is the same on both sides, as in PyTorch's `avg_pool2d`. */
export interface AvgPool2dGeometry extends Pool2dGeometry {
  /** Whether the divisor counts the padding that a window covers. */
  readonly countIncludePad: boolean;
  /** Divides every window's sum in place of its area; null takes the area. */
  readonly divisorOverride: number | null;
}

/**
 * y = the largest value of each window; argmax = its index in the unpadded plane. Padding never wins: a window that
 * holds only -Infinity has the index of its first real pixel. The first maximum wins, except that the last NaN wins
 * over everything, as in PyTorch.
 * y, argmax `[batch, channels, outHeight, outWidth]`; x `[batch, channels, inHeight, inWidth]`.
 */
export function maxPool2dForward(y: FloatArray, argmax: Int32Array, x: FloatArray, g: Pool2dGeometry): void {
  const { inHeight, inWidth, kernelHeight, kernelWidth, dilationHeight, dilationWidth } = g;
  const planes = g.batch * g.channels;
  let yi = 0;
  for (let p = 0; p < planes; p++) {
    const plane = p * inHeight * inWidth;
    for (let oh = 0; oh < g.outHeight; oh++) {
      const above = oh * g.strideHeight - g.padTop;
      const bottom = Math.min(above + (kernelHeight - 1) * dilationHeight + 1, inHeight);
      const top = skipPadding(above, dilationHeight);
      for (let ow = 0; ow < g.outWidth; ow++) {
        const before = ow * g.strideWidth - g.padLeft;
        const right = Math.min(before + (kernelWidth - 1) * dilationWidth + 1, inWidth);
        const left = skipPadding(before, dilationWidth);
        let best = -Infinity;
        let index = top * inWidth + left;
        for (let ih = top; ih < bottom; ih += dilationHeight) {
          for (let iw = left; iw < right; iw += dilationWidth) {
            const i = ih * inWidth + iw;
            const value = x[plane + i];
            // `value !== value` is true for NaN alone.
            if (value > best || value !== value) {
              best = value;
              index = i;
            }
          }
        }
        y[yi] = best;
        argmax[yi] = index;
        yi++;
      }
    }
  }
}

/** dx[argmax] += dy, plane by plane. Shapes as in {@link maxPool2dForward}; dx like x, dy like y. */
export function maxPool2dBackward(
  dx: FloatArray,
  dy: FloatArray,
  argmax: Int32Array,
  g: Pool2dGeometry,
): void {
  const planes = g.batch * g.channels;
  const inPlane = g.inHeight * g.inWidth;
  const outPlane = g.outHeight * g.outWidth;
  for (let p = 0; p < planes; p++) {
    const dxPlane = p * inPlane;
    const end = (p + 1) * outPlane;
    for (let i = p * outPlane; i < end; i++) dx[dxPlane + argmax[i]] += dy[i];
  }
}

/**
 * y = the mean of each window. The divisor is the window's area: with `countIncludePad` the part inside the padded
 * picture (a window of ceil mode may reach beyond it), without it the part inside the picture itself.
 * Shapes as in {@link maxPool2dForward}.
 */
export function avgPool2dForward(y: FloatArray, x: FloatArray, g: AvgPool2dGeometry): void {
  const { inHeight, inWidth } = g;
  const planes = g.batch * g.channels;
  let yi = 0;
  for (let p = 0; p < planes; p++) {
    const plane = p * inHeight * inWidth;
    for (let oh = 0; oh < g.outHeight; oh++) {
      const above = oh * g.strideHeight - g.padTop;
      const rowsPadded = Math.min(above + g.kernelHeight, inHeight + g.padTop) - above;
      const top = Math.max(above, 0);
      const bottom = Math.min(above + rowsPadded, inHeight);
      for (let ow = 0; ow < g.outWidth; ow++) {
        const before = ow * g.strideWidth - g.padLeft;
        const columnsPadded = Math.min(before + g.kernelWidth, inWidth + g.padLeft) - before;
        const left = Math.max(before, 0);
        const right = Math.min(before + columnsPadded, inWidth);
        let sum = 0;
        for (let ih = top; ih < bottom; ih++) {
          const row = plane + ih * inWidth;
          for (let i = row + left; i < row + right; i++) sum += x[i];
        }
        const area = divisor(g, rowsPadded * columnsPadded, (bottom - top) * (right - left));
        y[yi++] = top < bottom && left < right ? sum / area : 0;
      }
    }
  }
}

/** dx += each window's dy, shared equally among its pixels. Shapes as in {@link maxPool2dForward}. */
export function avgPool2dBackward(dx: FloatArray, dy: FloatArray, g: AvgPool2dGeometry): void {
  const { inHeight, inWidth } = g;
  const planes = g.batch * g.channels;
  let yi = 0;
  for (let p = 0; p < planes; p++) {
    const plane = p * inHeight * inWidth;
    for (let oh = 0; oh < g.outHeight; oh++) {
      const above = oh * g.strideHeight - g.padTop;
      const rowsPadded = Math.min(above + g.kernelHeight, inHeight + g.padTop) - above;
      const top = Math.max(above, 0);
      const bottom = Math.min(above + rowsPadded, inHeight);
      for (let ow = 0; ow < g.outWidth; ow++) {
        const before = ow * g.strideWidth - g.padLeft;
        const columnsPadded = Math.min(before + g.kernelWidth, inWidth + g.padLeft) - before;
        const left = Math.max(before, 0);
        const right = Math.min(before + columnsPadded, inWidth);
        const share = dy[yi++] / divisor(g, rowsPadded * columnsPadded, (bottom - top) * (right - left));
        for (let ih = top; ih < bottom; ih++) {
          const row = plane + ih * inWidth;
          for (let i = row + left; i < row + right; i++) dx[i] += share;
        }
      }
    }
  }
}

/** The first position of a window that is not on the near padding, keeping to the window's own grid of taps. */
function skipPadding(start: number, dilation: number): number {
  return start < 0 ? start + Math.ceil(-start / dilation) * dilation : start;
}

/** What a window's sum is divided by, from its area in the padded picture and in the picture itself. */
function divisor(g: AvgPool2dGeometry, paddedArea: number, realArea: number): number {
  return g.divisorOverride ?? (g.countIncludePad ? paddedArea : realArea);
}

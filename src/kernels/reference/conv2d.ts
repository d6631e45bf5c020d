/**
 * @module
 * Two-dimensional cross-correlation and its adjoints, straight from the definition:
 *
 *     y[n, oc, oh, ow] = bias[oc] + Σ x[n, ic, oh·stride - pad + kh·dilation, …] · weight[oc, ic, kh, kw]
 *
 * Every sum runs in a JavaScript number (float64) and is rounded once, when it is stored. The order of its terms is the
 * same for every pixel, so that equal windows give equal outputs; taps that fall on padding are left out.
 */

import type { Conv2dGeometry, FloatArray } from "../geometry.ts";

/**
 * y = x ⋆ weight + bias.
 * y `[batch, outChannels, outHeight, outWidth]`, x `[batch, inChannels, inHeight, inWidth]`,
 * weight `[outChannels, inChannels / groups, kernelHeight, kernelWidth]`, bias `[outChannels]`.
 */
export function conv2dForward(
  y: FloatArray,
  x: FloatArray,
  weight: FloatArray,
  bias: FloatArray | null,
  g: Conv2dGeometry,
): void {
  const { inHeight, inWidth, kernelHeight, kernelWidth, dilationHeight, dilationWidth } = g;
  const groupIn = g.inChannels / g.groups;
  const groupOut = g.outChannels / g.groups;
  const inPlane = inHeight * inWidth;
  const kernelPlane = kernelHeight * kernelWidth;
  let yi = 0;
  for (let n = 0; n < g.batch; n++) {
    for (let oc = 0; oc < g.outChannels; oc++) {
      const start = bias === null ? 0 : bias[oc];
      const xGroup = (n * g.inChannels + Math.floor(oc / groupOut) * groupIn) * inPlane;
      const wFilter = oc * groupIn * kernelPlane;
      for (let oh = 0; oh < g.outHeight; oh++) {
        const top = oh * g.strideHeight - g.padTop;
        const khFirst = firstTap(top, dilationHeight);
        const khEnd = endTap(top, dilationHeight, inHeight, kernelHeight);
        for (let ow = 0; ow < g.outWidth; ow++) {
          const left = ow * g.strideWidth - g.padLeft;
          const kwFirst = firstTap(left, dilationWidth);
          const kwEnd = endTap(left, dilationWidth, inWidth, kernelWidth);
          let sum = start;
          for (let ic = 0; ic < groupIn; ic++) {
            for (let kh = khFirst; kh < khEnd; kh++) {
              const w = wFilter + ic * kernelPlane + kh * kernelWidth;
              const xRow = xGroup + ic * inPlane + (top + kh * dilationHeight) * inWidth + left;
              for (let kw = kwFirst; kw < kwEnd; kw++) sum += x[xRow + kw * dilationWidth] * weight[w + kw];
            }
          }
          y[yi++] = sum;
        }
      }
    }
  }
}

/**
 * dx += the gradient of the input: each input pixel gathers from the outputs whose windows hold it.
 * Shapes as in {@link conv2dForward}; dx like x, dy like y.
 */
export function conv2dBackwardInput(
  dx: FloatArray,
  dy: FloatArray,
  weight: FloatArray,
  g: Conv2dGeometry,
): void {
  const { outHeight, outWidth, kernelHeight, kernelWidth, strideHeight, strideWidth } = g;
  const groupIn = g.inChannels / g.groups;
  const groupOut = g.outChannels / g.groups;
  const outPlane = outHeight * outWidth;
  const kernelPlane = kernelHeight * kernelWidth;
  const filter = groupIn * kernelPlane;
  let xi = 0;
  for (let n = 0; n < g.batch; n++) {
    for (let ic = 0; ic < g.inChannels; ic++) {
      const firstOut = Math.floor(ic / groupIn) * groupOut;
      const dyGroup = (n * g.outChannels + firstOut) * outPlane;
      const wGroup = firstOut * filter + (ic % groupIn) * kernelPlane;
      for (let ih = 0; ih < g.inHeight; ih++) {
        for (let iw = 0; iw < g.inWidth; iw++) {
          let sum = 0;
          for (let kh = 0; kh < kernelHeight; kh++) {
            // Output row oh holds this pixel at tap kh where oh · stride = ih + pad - kh · dilation.
            const top = ih + g.padTop - kh * g.dilationHeight;
            if (top < 0 || top % strideHeight !== 0) continue;
            const oh = top / strideHeight;
            if (oh >= outHeight) continue;
            for (let kw = 0; kw < kernelWidth; kw++) {
              const left = iw + g.padLeft - kw * g.dilationWidth;
              if (left < 0 || left % strideWidth !== 0) continue;
              const ow = left / strideWidth;
              if (ow >= outWidth) continue;
              const dyPixel = dyGroup + oh * outWidth + ow;
              const w = wGroup + kh * kernelWidth + kw;
              for (let oc = 0; oc < groupOut; oc++)
                sum += dy[dyPixel + oc * outPlane] * weight[w + oc * filter];
            }
          }
          dx[xi] += sum;
          xi++;
        }
      }
    }
  }
}

/**
 * dweight += the gradient of the weight: for each tap the sum over batch and output pixels of dy times the input
 * pixel under that tap. Shapes as in {@link conv2dForward}; dweight like weight, dy like y.
 */
export function conv2dBackwardWeight(
  dweight: FloatArray,
  dy: FloatArray,
  x: FloatArray,
  g: Conv2dGeometry,
): void {
  const { inHeight, inWidth, outHeight, outWidth, strideHeight, strideWidth } = g;
  const groupIn = g.inChannels / g.groups;
  const groupOut = g.outChannels / g.groups;
  const inPlane = inHeight * inWidth;
  const outPlane = outHeight * outWidth;
  let wi = 0;
  for (let oc = 0; oc < g.outChannels; oc++) {
    const firstIn = Math.floor(oc / groupOut) * groupIn;
    for (let ic = firstIn; ic < firstIn + groupIn; ic++) {
      for (let kh = 0; kh < g.kernelHeight; kh++) {
        const top = kh * g.dilationHeight - g.padTop;
        const ohFirst = firstTap(top, strideHeight);
        const ohEnd = endTap(top, strideHeight, inHeight, outHeight);
        for (let kw = 0; kw < g.kernelWidth; kw++) {
          const left = kw * g.dilationWidth - g.padLeft;
          const owFirst = firstTap(left, strideWidth);
          const owEnd = endTap(left, strideWidth, inWidth, outWidth);
          let sum = 0;
          for (let n = 0; n < g.batch; n++) {
            const dyPlane = (n * g.outChannels + oc) * outPlane;
            const xPlane = (n * g.inChannels + ic) * inPlane;
            for (let oh = ohFirst; oh < ohEnd; oh++) {
              const dyRow = dyPlane + oh * outWidth;
              const xRow = xPlane + (top + oh * strideHeight) * inWidth + left;
              for (let ow = owFirst; ow < owEnd; ow++) sum += dy[dyRow + ow] * x[xRow + ow * strideWidth];
            }
          }
          dweight[wi] += sum;
          wi++;
        }
      }
    }
  }
}

/** dbias[oc] += Σ dy over batch and pixels. dbias `[outChannels]`, dy `[batch, outChannels, outHeight, outWidth]`. */
export function conv2dBackwardBias(dbias: FloatArray, dy: FloatArray, g: Conv2dGeometry): void {
  const outPlane = g.outHeight * g.outWidth;
  for (let oc = 0; oc < g.outChannels; oc++) {
    let sum = 0;
    for (let n = 0; n < g.batch; n++) {
      const plane = (n * g.outChannels + oc) * outPlane;
      for (let i = plane; i < plane + outPlane; i++) sum += dy[i];
    }
    dbias[oc] += sum;
  }
}

/** The first i >= 0 with start + i · step >= 0: taps before it lie on the padding at the near side. */
function firstTap(start: number, step: number): number {
  return start < 0 ? Math.ceil(-start / step) : 0;
}

/** The end (exclusive, at most count) of the i with start + i · step < size: later taps lie on the far padding. */
function endTap(start: number, step: number, size: number, count: number): number {
  return start < size ? Math.min(count, Math.ceil((size - start) / step)) : 0;
}

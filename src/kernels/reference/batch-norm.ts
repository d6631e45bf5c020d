/**
 * @module
 * Statistics of channels, normalisation by them, and the adjoints. Arrays are `[batch, channels, pixels]`; everything
 * that is one number for each channel is a float64 array, whatever the data is.
 */

import type { FloatArray } from "../geometry.ts";

/** The sizes of a batch; `pixels` is 1 where a channel is one number. */
export interface ChannelGeometry {
  readonly batch: number;
  readonly channels: number;
  readonly pixels: number;
}

/** mean[c], and the biased variance[c], of all values of a channel, in two passes; both 0 of no values. */
export function channelStatistics(
  mean: Float64Array,
  variance: Float64Array,
  x: FloatArray,
  g: ChannelGeometry,
): void {
  const count = Math.max(g.batch * g.pixels, 1);
  for (let c = 0; c < g.channels; c++) {
    let sum = 0;
    for (let n = 0; n < g.batch; n++) {
      const row = (n * g.channels + c) * g.pixels;
      for (let i = row; i < row + g.pixels; i++) sum += x[i];
    }
    const center = sum / count;
    let squares = 0;
    for (let n = 0; n < g.batch; n++) {
      const row = (n * g.channels + c) * g.pixels;
      for (let i = row; i < row + g.pixels; i++) squares += (x[i] - center) ** 2;
    }
    mean[c] = center;
    variance[c] = squares / count;
  }
}

/** running[c] = (1 − momentum) · running[c] + momentum · scale · batch[c]. */
export function updateRunning(
  running: FloatArray,
  batch: Float64Array,
  momentum: number,
  scale: number,
): void {
  for (let c = 0; c < running.length; c++) {
    running[c] = (1 - momentum) * running[c] + momentum * scale * batch[c];
  }
}

/** rstd[c] = 1 / √(variance[c] + eps). */
export function reciprocalDeviation(rstd: Float64Array, variance: ArrayLike<number>, eps: number): void {
  for (let c = 0; c < rstd.length; c++) rstd[c] = 1 / Math.sqrt(variance[c] + eps);
}

/** y = (x − mean) · rstd · weight + bias, channel by channel; null is a weight of 1 or a bias of 0. */
export function batchNormForward(
  y: FloatArray,
  x: FloatArray,
  mean: ArrayLike<number>,
  rstd: Float64Array,
  weight: FloatArray | null,
  bias: FloatArray | null,
  g: ChannelGeometry,
): void {
  for (let n = 0; n < g.batch; n++) {
    for (let c = 0; c < g.channels; c++) {
      const center = mean[c];
      const scale = rstd[c] * (weight === null ? 1 : weight[c]);
      const shift = bias === null ? 0 : bias[c];
      const row = (n * g.channels + c) * g.pixels;
      for (let i = row; i < row + g.pixels; i++) y[i] = (x[i] - center) * scale + shift;
    }
  }
}

/**
 * sumDy[c] = Σ dy and sumDyXhat[c] = Σ dy · x̂ over a channel, where x̂ = (x − mean) · rstd: the gradients of the bias and
 * the weight, and two of the three parts of the input's.
 */
export function batchNormSums(
  sumDy: Float64Array,
  sumDyXhat: Float64Array,
  dy: FloatArray,
  x: FloatArray,
  mean: ArrayLike<number>,
  rstd: Float64Array,
  g: ChannelGeometry,
): void {
  for (let c = 0; c < g.channels; c++) {
    let plain = 0;
    let weighted = 0;
    for (let n = 0; n < g.batch; n++) {
      const row = (n * g.channels + c) * g.pixels;
      for (let i = row; i < row + g.pixels; i++) {
        plain += dy[i];
        weighted += dy[i] * (x[i] - mean[c]);
      }
    }
    sumDy[c] = plain;
    sumDyXhat[c] = weighted * rstd[c];
  }
}

/** dx += dy · rstd · weight: the statistics are constants. */
export function batchNormBackwardEval(
  dx: FloatArray,
  dy: FloatArray,
  rstd: Float64Array,
  weight: FloatArray | null,
  g: ChannelGeometry,
): void {
  for (let n = 0; n < g.batch; n++) {
    for (let c = 0; c < g.channels; c++) {
      const scale = rstd[c] * (weight === null ? 1 : weight[c]);
      const row = (n * g.channels + c) * g.pixels;
      for (let i = row; i < row + g.pixels; i++) dx[i] += dy[i] * scale;
    }
  }
}

/**
 * dx += rstd · weight · (dy − (Σ dy + x̂ · Σ dy·x̂) / count): what is subtracted flows through mean and variance, which
 * depend on every value of the channel.
 */
export function batchNormBackwardTraining(
  dx: FloatArray,
  dy: FloatArray,
  x: FloatArray,
  mean: ArrayLike<number>,
  rstd: Float64Array,
  weight: FloatArray | null,
  sumDy: Float64Array,
  sumDyXhat: Float64Array,
  g: ChannelGeometry,
): void {
  const count = g.batch * g.pixels;
  for (let n = 0; n < g.batch; n++) {
    for (let c = 0; c < g.channels; c++) {
      const scale = rstd[c] * (weight === null ? 1 : weight[c]);
      const fromMean = sumDy[c] / count;
      const fromVariance = (sumDyXhat[c] * rstd[c]) / count;
      const row = (n * g.channels + c) * g.pixels;
      for (let i = row; i < row + g.pixels; i++) {
        dx[i] += scale * (dy[i] - fromMean - (x[i] - mean[c]) * fromVariance);
      }
    }
  }
}

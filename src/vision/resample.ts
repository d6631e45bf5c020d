/**
 * @module
 * Pillow's `Image.resize`, to the bit: two passes over rows and columns, in fixed point for samples of 8 bits.
 */

import { Image } from "./image.ts";
import type { Samples } from "./image.ts";
import { pickPixels } from "./pick-pixels.ts";
import { lineWeights } from "./resample-filters.ts";
import type { LineWeights, ResampleFilter } from "./resample-filters.ts";

/** Fractional bits of a weight: 32, less 8 for the sample and 2 for overshoot. */
const PRECISION_BITS = 22;

/**
 * A picture in another size. As Pillow's `image.resize((width, height), filter)`: black and white pictures and palettes
 * take the nearest pixel, whatever the filter, and colours are weighted by their opacity. The numbers are those of Pillow
 * 13; releases before it always resampled rows before columns, which changes some samples by 1 where a height is reduced
 * far more than its width.
 */
export function resample(
  image: Image,
  width: number,
  height: number,
  filter: ResampleFilter | "nearest",
): Image {
  if (image.width === width && image.height === height) return image;
  if (filter === "nearest" || image.mode === "1" || image.mode === "P") {
    const nearest = image.mode === "I;16" ? nearestPixels16 : nearestPixels;
    return pickPixels(image, nearest(image.height, height), nearest(image.width, width), []);
  }
  const { channels, mode } = image;
  const withAlpha = mode === "LA" || mode === "RGBA";
  const source = withAlpha ? premultiplied(image.data, channels) : image.data;
  const rows = (data: Samples, lines: number): Samples =>
    image.width === width
      ? data
      : pass(data, lines, image.width, channels, lineWeights(image.width, width, filter));
  // For the columns a row is one pixel of many samples.
  const columns = (data: Samples, samples: number): Samples =>
    image.height === height
      ? data
      : pass(data, 1, image.height, samples, lineWeights(image.height, height, filter));
  const data = columnsFirst(image, width, height)
    ? rows(columns(source, image.width * channels), height)
    : columns(rows(source, image.height), width * channels);
  return new Image(width, height, mode, withAlpha ? unmultiplied(data, channels) : data);
}

/** Which pass Pillow takes first, which decides about roundings: the columns, when they lose more than twice as much. */
function columnsFirst(image: Image, width: number, height: number): boolean {
  const lost = image.height - height;
  return lost > 0 && lost > 2 * (image.width - width);
}

/** Which input pixel each output pixel takes; added up as Pillow does, whose sum meets borders by its rounding. */
function nearestPixels(from: number, to: number): Int32Array {
  const step = from / to;
  let at = step * 0.5;
  const pixels = new Int32Array(to);
  for (let i = 0; i < to; i++, at += step) pixels[i] = Math.trunc(at);
  return pixels;
}

/** The same for samples of 16 bits, which Pillow leaves to the code for any affine transform. */
function nearestPixels16(from: number, to: number): Int32Array {
  return Int32Array.from({ length: to }, (_, i) => Math.trunc((from / to) * (i + 0.5)));
}

/** Resamples `lines` lines of `length` pixels with `samples` samples each. */
function pass(
  source: Samples,
  lines: number,
  length: number,
  samples: number,
  weights: LineWeights,
): Samples {
  const count = lines * weights.weights.length * samples;
  if (source instanceof Uint16Array) {
    return passInto(new Uint16Array(count), source, lines, length, samples, weights, round16);
  }
  return passInto(new Uint8Array(count), source, lines, length, samples, inFixedPoint(weights), round8);
}

function passInto<S extends Samples>(
  target: S,
  source: S,
  lines: number,
  length: number,
  samples: number,
  { starts, weights }: LineWeights,
  round: (sum: number) => number,
): S {
  let to = 0;
  for (let line = 0; line < lines; line++) {
    for (let i = 0; i < weights.length; i++) {
      const own = weights[i];
      const first = (line * length + starts[i]) * samples;
      for (let s = 0; s < samples; s++) {
        let sum = 0;
        for (let k = 0, from = first + s; k < own.length; k++, from += samples) sum += source[from] * own[k];
        target[to++] = round(sum);
      }
    }
  }
  return target;
}

function inFixedPoint({ starts, weights }: LineWeights): LineWeights {
  const one = 2 ** PRECISION_BITS;
  const toFixed = (weight: number): number => Math.trunc(weight * one + (weight < 0 ? -0.5 : 0.5));
  return { starts, weights: weights.map((line) => line.map(toFixed)) };
}

function round8(sum: number): number {
  const value = (sum + 2 ** (PRECISION_BITS - 1)) >> PRECISION_BITS;
  return value < 0 ? 0 : value > 255 ? 255 : value;
}

function round16(sum: number): number {
  return Math.min(65535, Math.max(0, Math.trunc(sum + 0.5)));
}

/** Colours times opacity / 255: Pillow's modes `La` and `RGBa`. The opacity is the last sample of a pixel. */
function premultiplied(data: Samples, channels: number): Uint8Array {
  const result = Uint8Array.from(data);
  for (let end = channels - 1; end < data.length; end += channels) {
    for (let i = end - channels + 1; i < end; i++) {
      const product = data[i] * data[end] + 128;
      result[i] = ((product >> 8) + product) >> 8;
    }
  }
  return result;
}

function unmultiplied(data: Samples, channels: number): Uint8Array {
  const result = Uint8Array.from(data);
  for (let end = channels - 1; end < data.length; end += channels) {
    const alpha = data[end];
    if (alpha === 0 || alpha === 255) continue;
    for (let i = end - channels + 1; i < end; i++)
      result[i] = Math.min(255, Math.trunc((255 * data[i]) / alpha));
  }
  return result;
}

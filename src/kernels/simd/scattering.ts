/** @module The gradient of a convolution's input from an output gradient that is mostly zero. */

import type { Conv2dGeometry } from "../geometry.ts";
import type { Arena } from "./arena.ts";
import type { SimdCode } from "./exports/index.ts";

/**
 * Up to this share of values that are not zero, scattering them beats contracting all of them. Measured on conv2 of the
 * MNIST net: a quarter (behind 2 × 2 max-pooling) takes half of the dense time; the break-even is near a half.
 */
const SPARSE_SHARE = 0.4;

/** Fewer channels than this fill too little of a strip. */
const LEAST_CHANNELS = 8;

/** Floats that one pass accumulates in registers. */
const STRIP = 32;

/** A part of the windows' rows: where it lies from a window's corner, in bytes, and its weights for all channels. */
interface Strip {
  readonly offset: number;
  readonly weights: number;
  readonly wide: boolean;
}

/** Whether {@link scatterPixels} is the better way, judged by the first image. */
export function isSparse(dy: Float32Array, g: Conv2dGeometry): boolean {
  if (g.groups !== 1 || g.inChannels < LEAST_CHANNELS) return false;
  const size = g.outChannels * g.outHeight * g.outWidth;
  if (size === 0) return false;
  let count = 0;
  for (let i = 0; i < size; i++) if (dy[i] !== 0) count++;
  return count <= SPARSE_SHARE * size;
}

/**
 * dx += the gradient of the input; shapes as in the reference, groups = 1. The padded picture lies with its channels
 * together, `[row][column][channel]`, so that a row of a window is one run of floats when the dilation is 1.
 */
export function scatterPixels(
  arena: Arena,
  code: SimdCode,
  dx: Float32Array,
  dy: Float32Array,
  weight: Float32Array,
  g: Conv2dGeometry,
): void {
  const depth = 4 * Math.ceil(g.inChannels / 4);
  const rows = (g.outHeight - 1) * g.strideHeight + (g.kernelHeight - 1) * g.dilationHeight + 1;
  const columns = (g.outWidth - 1) * g.strideWidth + (g.kernelWidth - 1) * g.dilationWidth + 1;
  const outPlane = g.outHeight * g.outWidth;
  const inPlane = g.inHeight * g.inWidth;

  arena.reset();
  const gradient = arena.take(g.outChannels * outPlane);
  const target = arena.take(g.inChannels * inPlane);
  const picture = arena.take(rows * columns * depth);
  const planes = arena.take(depth * rows * columns);
  const starts = arena.take(outPlane + 1);
  const entries = arena.take(2 * (g.outChannels * outPlane + 1));
  const bases = takeBases(arena, g, picture, columns, depth);
  const strips = takeStrips(arena, weight, g, columns, depth);
  // The part of the padded picture that is the picture.
  const shownRows = Math.min(g.inHeight, rows - g.padTop);
  const shownColumns = Math.min(g.inWidth, columns - g.padLeft);

  for (let n = 0; n < g.batch; n++) {
    arena.write(gradient, dy, n * g.outChannels * outPlane, g.outChannels * outPlane);
    arena.write(target, dx, n * g.inChannels * inPlane, g.inChannels * inPlane);
    arena.clear(picture, rows * columns * depth);
    code.listNonZero(entries, starts, gradient, outPlane, g.outChannels);
    for (const { offset, weights, wide } of strips) {
      if (wide) code.scatterStrip(bases, offset, starts, outPlane, weights);
      else code.scatterVector(bases, offset, starts, outPlane, weights);
    }
    code.transpose(planes, rows * columns, picture, depth, rows * columns, depth);
    if (shownRows > 0 && shownColumns > 0) {
      const corner = planes + 4 * (g.padTop * columns + g.padLeft);
      code.spreadPhase(
        target,
        g.inHeight,
        g.inWidth,
        0,
        1,
        0,
        1,
        corner,
        rows * columns,
        columns,
        g.inChannels,
        shownRows,
        shownColumns,
        1,
      );
    }
    arena.read(target, dx, n * g.inChannels * inPlane, g.inChannels * inPlane);
  }
}

/** Addresses of the windows' corners in the padded picture, in the order of the output's pixels. */
function takeBases(arena: Arena, g: Conv2dGeometry, picture: number, columns: number, depth: number): number {
  const bases = arena.take(g.outHeight * g.outWidth);
  let at = bases >>> 2;
  for (let row = 0; row < g.outHeight; row++) {
    for (let column = 0; column < g.outWidth; column++) {
      const pixel = row * g.strideHeight * columns + column * g.strideWidth;
      arena.integers[at++] = picture + 4 * pixel * depth;
    }
  }
  return bases;
}

/** Cuts the runs of a window into strips of 32 floats, and what is left into vectors of 4, with their weights. */
function takeStrips(
  arena: Arena,
  weight: Float32Array,
  g: Conv2dGeometry,
  columns: number,
  depth: number,
): Strip[] {
  const strips: Strip[] = [];
  // Taps that lie side by side are one run.
  const joined = g.dilationWidth === 1 ? g.kernelWidth : 1;
  for (let kh = 0; kh < g.kernelHeight; kh++) {
    for (let kw = 0; kw < g.kernelWidth; kw += joined) {
      const offset = 4 * (kh * g.dilationHeight * columns + kw * g.dilationWidth) * depth;
      const length = joined * depth;
      for (let first = 0; first < length;) {
        const wide = length - first >= STRIP;
        const floats = wide ? STRIP : 4;
        const weights = arena.take(g.outChannels * floats);
        packStrip(arena, weights, weight, g, { kh, kw, first, floats, depth });
        strips.push({ offset: offset + 4 * first, weights, wide });
        first += floats;
      }
    }
  }
  return strips;
}

/** `to[out channel][i]` = the weight that float `first + i` of the run meets; zero beyond the last input channel. */
function packStrip(
  arena: Arena,
  to: number,
  weight: Float32Array,
  g: Conv2dGeometry,
  strip: {
    readonly kh: number;
    readonly kw: number;
    readonly first: number;
    readonly floats: number;
    readonly depth: number;
  },
): void {
  const plane = g.kernelHeight * g.kernelWidth;
  let at = to >>> 2;
  for (let channel = 0; channel < g.outChannels; channel++) {
    for (let i = strip.first; i < strip.first + strip.floats; i++) {
      // Float i of the run belongs to tap ⌊i / depth⌋ and input channel i mod depth.
      const from = i % strip.depth;
      const tap = strip.kh * g.kernelWidth + strip.kw + Math.floor(i / strip.depth);
      arena.floats[at++] = from < g.inChannels ? weight[(channel * g.inChannels + from) * plane + tap] : 0;
    }
  }
}

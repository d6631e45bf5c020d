/** @module Winograd's weight transform: U = G w Gᵀ for every pair of channels (see ./winograd.ts for the method). */

import { SCRATCH } from "./scratch";

/** Transformed values of a 3 × 3 filter: 6 × 6. */
const VALUES: u32 = 36;

/** The points besides 0 and infinity are ±1/√2 and ±√2. */
const SMALL: f64 = 0.7071067811865476;
const LARGE: f64 = 1.4142135623730951;

/**
 * Transforms weights `[outChannels][inChannels][3][3]` to `[lane block][6 · 6][depth][8]`, as {@link convolve3x3} reads them.
 *
 * Lanes are output channels and the depth is the input channels; with `transposed` it is the other way round and the
 * filters are turned by 180°: the weights of the gradient of the input. Both are padded with zeros to multiples of 8.
 * Sums are float64, rounded once.
 */
export function packWinograd(
  to: usize,
  from: usize,
  outChannels: u32,
  inChannels: u32,
  transposed: u32,
): void {
  const lanes = transposed ? inChannels : outChannels;
  const depth = transposed ? outChannels : inChannels;
  const paddedDepth = (depth + 7) & ~7;
  const paddedLanes = (lanes + 7) & ~7;
  const valueStride = (<usize>paddedDepth) << 5;
  memory.fill(to, 0, ((<usize>paddedLanes) >> 3) * VALUES * valueStride);
  for (let lane: u32 = 0; lane < lanes; lane++) {
    const block = to + <usize>(lane >> 3) * VALUES * valueStride + ((<usize>(lane & 7)) << 2);
    for (let d: u32 = 0; d < depth; d++) {
      const filter = transposed ? d * inChannels + lane : lane * inChannels + d;
      transformFilter(block + ((<usize>d) << 5), valueStride, from + <usize>filter * 36, transposed ? -4 : 4);
    }
  }
}

/**
 * One filter; `step` 4 reads it as it is, -4 backwards, which turns it by 180°. Value (i, j) lies at `(6 i + j) · stride`. The three
 * columns of G w are in the scratch until they meet Gᵀ.
 */
function transformFilter(to: usize, stride: usize, filter: usize, step: isize): void {
  let at = step < 0 ? filter + 32 : filter;
  // Columns first: G w, as [3 columns][6].
  for (let column: usize = 0; column < 3; column++) {
    const w0 = <f64>load<f32>(at);
    const w1 = <f64>load<f32>(at + 3 * step);
    const w2 = <f64>load<f32>(at + 6 * step);
    const spill = SCRATCH + column * 48;
    for (let i: u32 = 0; i < 6; i++) store<f64>(spill + ((<usize>i) << 3), valueAt(i, w0, w1, w2));
    at += step;
  }
  for (let i: usize = 0; i < 6; i++) {
    const spill = SCRATCH + (i << 3);
    const w0 = load<f64>(spill);
    const w1 = load<f64>(spill, 48);
    const w2 = load<f64>(spill, 96);
    for (let j: u32 = 0; j < 6; j++) {
      store<f32>(to, <f32>valueAt(j, w0, w1, w2));
      to += stride;
    }
  }
}

/** Row i of G times (w0, w1, w2): the filter's polynomial at point i, divided by the product of its distances to the others. */
function valueAt(i: u32, w0: f64, w1: f64, w2: f64): f64 {
  if (i == 0) return w0;
  if (i == 5) return w2;
  const even = i < 3 ? w0 + 0.5 * w2 : w0 + 2.0 * w2;
  const odd = i < 3 ? SMALL * w1 : LARGE * w1;
  const value = i & 1 ? even + odd : even - odd;
  return i < 3 ? value / -1.5 : value / 6.0;
}

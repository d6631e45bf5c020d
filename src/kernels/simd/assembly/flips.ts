/**
 * @module
 * The units that switch on the way along a line; src/runtime/line.ts tells what for. A unit is one channel at one pixel of the
 * rectifier behind the first convolution. Rows of C floats that belong to a pixel of the second convolution's result have their channels
 * together (`[pixel][C]`, C a multiple of 8).
 */

import { multiplyAdd } from "./tile";

/**
 * Which units are on: bit `lane` of mask[pixel][block] tells whether z is above 0 there. A mask has a byte for each pixel and block, in
 * this order, so that units of one pixel are neighbours; z is in blocks.
 */
export function unitsOn(mask: usize, z: usize, blocks: u32, pixels: u32): void {
  const zero = f32x4.splat(0);
  for (let block: u32 = 0; block < blocks; block++) {
    let to = mask + <usize>block;
    for (let pixel: u32 = 0; pixel < pixels; pixel++) {
      const low = i32x4.bitmask(f32x4.gt(v128.load(z), zero));
      const high = i32x4.bitmask(f32x4.gt(v128.load(z, 16), zero));
      store<u8>(to, low | (high << 4));
      to += <usize>blocks;
      z += 32;
    }
  }
}

/** Bytes of an entry in a list of switches: pixel, channel, value and slope. */
const ENTRY: usize = 16;

/**
 * Lists the units that are on in one of two masks and off in the other, pixel by pixel: entries of a pixel, a channel, and the
 * unit's value at the start of the line and its slope (p and q in blocks). Of a unit that switches off the channel is -1 - channel,
 * and value and slope are negated. Masks are read in steps of 8 bytes; what is behind their ends must be alike. Stops at `limit` and
 * then returns 0, else returns the end of the list.
 */
export function listFlips(
  entries: usize,
  limit: usize,
  before: usize,
  after: usize,
  p: usize,
  q: usize,
  blocks: u32,
  pixels: u32,
): usize {
  const planeBytes = (<usize>pixels) << 5;
  const bytes = blocks * pixels;
  for (let at: u32 = 0; at < bytes; at += 8) {
    const now = load<u64>(after + at);
    let changed = now ^ load<u64>(before + at);
    if (changed == 0) continue;
    if (entries + 64 * ENTRY > limit) return 0;
    for (; changed; changed &= changed - 1) {
      const bit = <u32>ctz(changed);
      const byte = at + (bit >> 3);
      const pixel = byte / blocks;
      const channel = <i32>(((byte - pixel * blocks) << 3) | (bit & 7));
      const unit = <usize>(channel >> 3) * planeBytes + ((<usize>pixel) << 5) + ((<usize>(channel & 7)) << 2);
      const on = (now >> bit) & 1;
      const value = load<f32>(p + unit);
      const slope = load<f32>(q + unit);
      store<u32>(entries, pixel);
      store<i32>(entries, on ? channel : ~channel, 4);
      store<f32>(entries, on ? value : -value, 8);
      store<f32>(entries, on ? slope : -slope, 12);
      entries += ENTRY;
    }
  }
  return entries;
}

/** Where the entries of one pixel end. */
function endOfPixel(entries: usize, end: usize): usize {
  const pixel = load<u32>(entries);
  let next = entries + ENTRY;
  while (next < end && load<u32>(next) == pixel) next += ENTRY;
  return next;
}

/** Where the weights of an entry's channel begin. */
function filterOf(weights: usize, entry: usize, filterBytes: usize): usize {
  const channel = load<i32>(entry, 4);
  return weights + <usize>(channel ^ (channel >> 31)) * filterBytes;
}

/**
 * Adds what units that switched contribute to the second convolution: P[row] += value · w and Q[row] += slope · w, where w are
 * the weights of a tap, `weights[channel][tap][channels]`. `rows` holds, for each output pixel, the offset of its row in P and Q, or
 * -1 when another pixel's row stands for it.
 */
export function applyFlips(
  entries: usize,
  end: usize,
  inWidth: i32,
  weights: usize,
  channels: u32,
  P: usize,
  Q: usize,
  rows: usize,
  outHeight: i32,
  outWidth: i32,
  kernelHeight: i32,
  kernelWidth: i32,
  padTop: i32,
  padLeft: i32,
): void {
  const rowBytes = (<usize>channels) << 2;
  const filterBytes = <usize>(kernelHeight * kernelWidth) * rowBytes;
  while (entries < end) {
    const next = endOfPixel(entries, end);
    const pixel = load<i32>(entries);
    const row = pixel / inWidth + padTop;
    const column = (pixel % inWidth) + padLeft;
    let w = weights;
    for (let ky = 0; ky < kernelHeight; ky++) {
      const y = row - ky;
      for (let kx = 0; kx < kernelWidth; kx++, w += rowBytes) {
        const x = column - kx;
        if (y < 0 || y >= outHeight || x < 0 || x >= outWidth) continue;
        const offset = load<i32>(rows + ((<usize>(y * outWidth + x)) << 2));
        if (offset < 0) continue;
        const to = P + <usize>offset;
        const too = Q + <usize>offset;
        let at: usize = 0;
        for (; at + 64 <= rowBytes; at += 64) addWide(to + at, too + at, entries, next, w + at, filterBytes);
        if (at < rowBytes) addNarrow(to + at, too + at, entries, next, w + at, filterBytes);
      }
    }
    entries = next;
  }
}

/** to += Σ value · w and too += Σ slope · w over entries of one pixel, for 16 channels. */
function addWide(
  to: usize,
  too: usize,
  entries: usize,
  end: usize,
  weights: usize,
  filterBytes: usize,
): void {
  let p0 = v128.load(to);
  let p1 = v128.load(to, 16);
  let p2 = v128.load(to, 32);
  let p3 = v128.load(to, 48);
  let q0 = v128.load(too);
  let q1 = v128.load(too, 16);
  let q2 = v128.load(too, 32);
  let q3 = v128.load(too, 48);
  for (; entries < end; entries += ENTRY) {
    const w = filterOf(weights, entries, filterBytes);
    const a = v128.load32_splat(entries, 8);
    const b = v128.load32_splat(entries, 12);
    const w0 = v128.load(w);
    p0 = multiplyAdd(a, w0, p0);
    q0 = multiplyAdd(b, w0, q0);
    const w1 = v128.load(w, 16);
    p1 = multiplyAdd(a, w1, p1);
    q1 = multiplyAdd(b, w1, q1);
    const w2 = v128.load(w, 32);
    p2 = multiplyAdd(a, w2, p2);
    q2 = multiplyAdd(b, w2, q2);
    const w3 = v128.load(w, 48);
    p3 = multiplyAdd(a, w3, p3);
    q3 = multiplyAdd(b, w3, q3);
  }
  v128.store(to, p0);
  v128.store(to, p1, 16);
  v128.store(to, p2, 32);
  v128.store(to, p3, 48);
  v128.store(too, q0);
  v128.store(too, q1, 16);
  v128.store(too, q2, 32);
  v128.store(too, q3, 48);
}

/** {@link addWide} for 8 channels. */
function addNarrow(
  to: usize,
  too: usize,
  entries: usize,
  end: usize,
  weights: usize,
  filterBytes: usize,
): void {
  let p0 = v128.load(to);
  let p1 = v128.load(to, 16);
  let q0 = v128.load(too);
  let q1 = v128.load(too, 16);
  for (; entries < end; entries += ENTRY) {
    const w = filterOf(weights, entries, filterBytes);
    const a = v128.load32_splat(entries, 8);
    const b = v128.load32_splat(entries, 12);
    const w0 = v128.load(w);
    p0 = multiplyAdd(a, w0, p0);
    q0 = multiplyAdd(b, w0, q0);
    const w1 = v128.load(w, 16);
    p1 = multiplyAdd(a, w1, p1);
    q1 = multiplyAdd(b, w1, q1);
  }
  v128.store(to, p0);
  v128.store(to, p1, 16);
  v128.store(too, q0);
  v128.store(too, q1, 16);
}

/**
 * What units that switched at a step get of the gradients from that step on: gradient[unit] ± Σ over taps: weights[channel][tap] ·
 * sums[pixel of the tap], sums being a picture of rows `sumsWidth` wide; geometry as in {@link applyFlips}.
 */
export function gatherFlips(
  entries: usize,
  end: usize,
  gradient: usize,
  blockBytes: usize,
  inWidth: i32,
  weights: usize,
  channels: u32,
  sums: usize,
  sumsWidth: i32,
  outHeight: i32,
  outWidth: i32,
  kernelHeight: i32,
  kernelWidth: i32,
  padTop: i32,
  padLeft: i32,
): void {
  const rowBytes = (<usize>channels) << 2;
  const filterBytes = <usize>(kernelHeight * kernelWidth) * rowBytes;
  for (; entries < end; entries += ENTRY) {
    const pixel = load<i32>(entries);
    const row = pixel / inWidth + padTop;
    const column = (pixel % inWidth) + padLeft;
    let w = filterOf(weights, entries, filterBytes);
    // Four sums: one would wait for itself.
    let s0 = f32x4.splat(0);
    let s1 = s0;
    let s2 = s0;
    let s3 = s0;
    for (let ky = 0; ky < kernelHeight; ky++) {
      const y = row - ky;
      for (let kx = 0; kx < kernelWidth; kx++) {
        const x = column - kx;
        const stop = w + rowBytes;
        if (y < 0 || y >= outHeight || x < 0 || x >= outWidth) {
          w = stop;
          continue;
        }
        let from = sums + <usize>(y * sumsWidth + x) * rowBytes;
        for (; w + 64 <= stop; w += 64) {
          s0 = multiplyAdd(v128.load(w), v128.load(from), s0);
          s1 = multiplyAdd(v128.load(w, 16), v128.load(from, 16), s1);
          s2 = multiplyAdd(v128.load(w, 32), v128.load(from, 32), s2);
          s3 = multiplyAdd(v128.load(w, 48), v128.load(from, 48), s3);
          from += 64;
        }
        if (w < stop) {
          s0 = multiplyAdd(v128.load(w), v128.load(from), s0);
          s1 = multiplyAdd(v128.load(w, 16), v128.load(from, 16), s1);
          w = stop;
        }
      }
    }
    const sum = f32x4.add(f32x4.add(s0, s1), f32x4.add(s2, s3));
    const total =
      f32x4.extract_lane(sum, 0) +
      f32x4.extract_lane(sum, 1) +
      (f32x4.extract_lane(sum, 2) + f32x4.extract_lane(sum, 3));
    let channel = load<i32>(entries, 4);
    const off = channel < 0;
    if (off) channel = ~channel;
    const unit =
      gradient + <usize>(channel >> 3) * blockBytes + ((<usize>pixel) << 5) + ((<usize>(channel & 7)) << 2);
    store<f32>(unit, load<f32>(unit) + (off ? -total : total));
  }
}

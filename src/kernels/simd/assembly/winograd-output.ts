/** @module Winograd's output transform Y = Aᵀ M A, with what follows a convolution done before the values are stored. */

import { multiplyAdd } from "./tile";

/** Bytes from one of the 36 products of a tile to the next: 12 tiles of 8 channels, kept off powers of two. */
export const PRODUCT: usize = 448;

/**
 * The first half, by rows: the 6 × 6 products of a tile and channel block become `[6][4 columns][8]` at `to`.
 * Row k of Aᵀ holds the points to the power of k; the point at infinity counts in the last row only.
 */
export function transformProducts(to: usize, from: usize): void {
  for (let i = 0; i < 6; i++) {
    transformSix(to, from);
    transformSix(to + 16, from + 16);
    to += 128;
    from += 6 * PRODUCT;
  }
}

/** Six products that lie {@link PRODUCT} bytes apart become four values, 32 bytes apart. */
function transformSix(to: usize, from: usize): void {
  const m1 = v128.load(from, 448);
  const m2 = v128.load(from, 896);
  const m3 = v128.load(from, 1344);
  const m4 = v128.load(from, 1792);
  const smallSum = f32x4.add(m1, m2);
  const largeSum = f32x4.add(m3, m4);
  v128.store(to, power0(v128.load(from), smallSum, largeSum));
  v128.store(to, power2(smallSum, largeSum), 64);
  const small = smallOdd(m1, m2);
  const large = largeOdd(m3, m4);
  v128.store(to, f32x4.add(small, large), 32);
  v128.store(to, power3(small, large, v128.load(from, 2240)), 96);
}

function smallOdd(plus: v128, minus: v128): v128 {
  return f32x4.mul(f32x4.splat(0.7071067811865476), f32x4.sub(plus, minus));
}

function largeOdd(plus: v128, minus: v128): v128 {
  return f32x4.mul(f32x4.splat(1.4142135623730951), f32x4.sub(plus, minus));
}

function power0(zero: v128, smallSum: v128, largeSum: v128): v128 {
  return f32x4.add(zero, f32x4.add(smallSum, largeSum));
}

function power2(smallSum: v128, largeSum: v128): v128 {
  return multiplyAdd(f32x4.splat(0.5), smallSum, f32x4.add(largeSum, largeSum));
}

function power3(small: v128, large: v128, infinity: v128): v128 {
  return multiplyAdd(f32x4.splat(0.5), small, multiplyAdd(f32x4.splat(2), large, infinity));
}

/**
 * The second half, from what {@link transformProducts} wrote: the first `rows` × `columns` of 4 × 4 pixels, plus bias,
 * go to `out`, whose rows are `rowBytes` apart. With `relu`, max(value, 0). With a mask (an address in a picture laid
 * out as `out`), 0 where the mask's value is <= 0.
 */
export function storeTile(
  out: usize,
  rowBytes: usize,
  rows: u32,
  columns: u32,
  from: usize,
  bias: usize,
  relu: bool,
  mask: usize,
): void {
  const low = bias ? v128.load(bias) : f32x4.splat(0);
  const high = bias ? v128.load(bias, 16) : f32x4.splat(0);
  const end = from + ((<usize>columns) << 5);
  for (; from < end; from += 32) {
    storeColumn(out, rowBytes, rows, from, low, relu, mask);
    storeColumn(out + 16, rowBytes, rows, from + 16, high, relu, mask ? mask + 16 : 0);
    out += 32;
    if (mask) mask += 32;
  }
}

/** One column of a tile for 4 channels. */
function storeColumn(
  out: usize,
  rowBytes: usize,
  rows: u32,
  from: usize,
  bias: v128,
  relu: bool,
  mask: usize,
): void {
  const m1 = v128.load(from, 128);
  const m2 = v128.load(from, 256);
  const m3 = v128.load(from, 384);
  const m4 = v128.load(from, 512);
  const smallSum = f32x4.add(m1, m2);
  const largeSum = f32x4.add(m3, m4);
  storeValue(out, f32x4.add(power0(v128.load(from), smallSum, largeSum), bias), relu, mask);
  if (rows < 2) return;
  const small = smallOdd(m1, m2);
  const large = largeOdd(m3, m4);
  out += rowBytes;
  if (mask) mask += rowBytes;
  storeValue(out, f32x4.add(f32x4.add(small, large), bias), relu, mask);
  if (rows < 3) return;
  out += rowBytes;
  if (mask) mask += rowBytes;
  storeValue(out, f32x4.add(power2(smallSum, largeSum), bias), relu, mask);
  if (rows < 4) return;
  out += rowBytes;
  if (mask) mask += rowBytes;
  storeValue(out, f32x4.add(power3(small, large, v128.load(from, 640)), bias), relu, mask);
}

function storeValue(out: usize, value: v128, relu: bool, mask: usize): void {
  const zero = f32x4.splat(0);
  if (relu) value = f32x4.pmax(value, zero);
  if (mask) value = v128.andnot(value, f32x4.le(v128.load(mask), zero));
  v128.store(out, value);
}

/**
 * The second half with 2 × 2 max-pooling: the largest of each window, plus bias, then max(value, 0) with `relu`; the
 * first `rows` × `columns` of 2 × 2 windows go to `out`. `argmax` takes a byte for each: 2 · row + column in the window.
 * The first maximum wins; a NaN wins over every number, and the last NaN is the index.
 */
export function poolTile(
  out: usize,
  rowBytes: usize,
  rows: u32,
  columns: u32,
  from: usize,
  bias: usize,
  relu: bool,
  argmax: usize,
): void {
  const low = bias ? v128.load(bias) : f32x4.splat(0);
  const high = bias ? v128.load(bias, 16) : f32x4.splat(0);
  const end = from + ((<usize>columns) << 6);
  for (; from < end; from += 64) {
    poolColumns(out, rowBytes, rows, from, low, relu, argmax);
    poolColumns(out + 16, rowBytes, rows, from + 16, high, relu, argmax ? argmax + 4 : 0);
    out += 32;
    if (argmax) argmax += 8;
  }
}

/** Two columns of a tile for 4 channels: one or two windows, one above the other. */
function poolColumns(
  out: usize,
  rowBytes: usize,
  rows: u32,
  from: usize,
  bias: v128,
  relu: bool,
  argmax: usize,
): void {
  let m1 = v128.load(from, 128);
  let m2 = v128.load(from, 256);
  let m3 = v128.load(from, 384);
  let m4 = v128.load(from, 512);
  const leftSmallSum = f32x4.add(m1, m2);
  const leftLargeSum = f32x4.add(m3, m4);
  const leftSmall = smallOdd(m1, m2);
  const leftLarge = largeOdd(m3, m4);
  m1 = v128.load(from, 160);
  m2 = v128.load(from, 288);
  m3 = v128.load(from, 416);
  m4 = v128.load(from, 544);
  const rightSmallSum = f32x4.add(m1, m2);
  const rightLargeSum = f32x4.add(m3, m4);
  const rightSmall = smallOdd(m1, m2);
  const rightLarge = largeOdd(m3, m4);
  storeWindow(
    out,
    power0(v128.load(from), leftSmallSum, leftLargeSum),
    power0(v128.load(from, 32), rightSmallSum, rightLargeSum),
    f32x4.add(leftSmall, leftLarge),
    f32x4.add(rightSmall, rightLarge),
    bias,
    relu,
    argmax,
  );
  if (rows < 2) return;
  storeWindow(
    out + rowBytes,
    power2(leftSmallSum, leftLargeSum),
    power2(rightSmallSum, rightLargeSum),
    power3(leftSmall, leftLarge, v128.load(from, 640)),
    power3(rightSmall, rightLarge, v128.load(from, 672)),
    bias,
    relu,
    argmax ? argmax + (rowBytes >> 2) : 0,
  );
}

function storeWindow(
  out: usize,
  upLeft: v128,
  upRight: v128,
  downLeft: v128,
  downRight: v128,
  bias: v128,
  relu: bool,
  argmax: usize,
): void {
  let best = upLeft;
  let wins = beats(upRight, best);
  best = choose(upRight, best, wins);
  let at = v128.and(wins, i32x4.splat(1));
  wins = beats(downLeft, best);
  best = choose(downLeft, best, wins);
  at = choose(i32x4.splat(2), at, wins);
  wins = beats(downRight, best);
  best = choose(downRight, best, wins);
  at = choose(i32x4.splat(3), at, wins);
  best = f32x4.add(best, bias);
  if (relu) best = f32x4.pmax(best, f32x4.splat(0));
  v128.store(out, best);
  if (argmax == 0) return;
  const words = i16x8.narrow_i32x4_u(at, at);
  v128.store32_lane(argmax, i8x16.narrow_i16x8_u(words, words), 0);
}

/** Whether a later value takes the place of the best so far. */
function beats(value: v128, best: v128): v128 {
  return v128.or(f32x4.gt(value, best), f32x4.ne(value, value));
}

/** `yes` where the mask's lane is all ones, `no` where it is zero. One instruction in relaxed SIMD. */
function choose(yes: v128, no: v128, mask: v128): v128 {
  if (ASC_FEATURE_RELAXED_SIMD) return i32x4.relaxed_laneselect(yes, no, mask);
  return v128.bitselect(yes, no, mask);
}

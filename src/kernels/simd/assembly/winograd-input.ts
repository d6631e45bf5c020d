/** @module Winograd's input transform: V = Bᵀ d B for tiles of 6 × 6 (see ./winograd.ts for the method). */

import { multiplyAdd } from "./tile";

/** Bytes of a half transformed tile for one channel block: `[6 values][6 columns][8]`. */
export const HALF_TILE: usize = 1152;

/**
 * Transforms the tile of `height × width` pictures `[block][row][column][8]` whose corner is at (row, column), which
 * may lie outside: pixels beyond the border are zero. Value (i, j) goes to `to + (6 i + j) · stride`, `[block][8]`.
 *
 * `half` is scratch for `blocks` half tiles, `zeros` a row of zeros as long as the picture's.
 */
export function transformInput(
  to: usize,
  stride: usize,
  from: usize,
  blocks: u32,
  height: i32,
  width: i32,
  row: i32,
  column: i32,
  half: usize,
  zeros: usize,
): void {
  const left = min(6, max(0, -column));
  const right = max(left, min(6, width - column));
  if (right - left < 6) memory.fill(half, 0, <usize>blocks * HALF_TILE);
  const start = (<isize>(column + left)) << 5;
  const plane = (<usize>(height * width)) << 5;
  let target = half + ((<usize>left) << 5);
  for (let block: u32 = 0; block < blocks; block++) {
    transformColumns(
      target,
      (<usize>(right - left)) << 5,
      rowAt(from, height, width, row, zeros) + start,
      rowAt(from, height, width, row + 1, zeros) + start,
      rowAt(from, height, width, row + 2, zeros) + start,
      rowAt(from, height, width, row + 3, zeros) + start,
      rowAt(from, height, width, row + 4, zeros) + start,
      rowAt(from, height, width, row + 5, zeros) + start,
    );
    from += plane;
    target += HALF_TILE;
  }
  for (let i = 0; i < 6; i++) {
    transformRows(to, stride, half, blocks);
    to += 6 * stride;
    half += 192;
  }
}

function rowAt(plane: usize, height: i32, width: i32, row: i32, zeros: usize): usize {
  return row >= 0 && row < height ? plane + ((<usize>(row * width)) << 5) : zeros;
}

/**
 * Bᵀ d for columns of 6 pixels that lie side by side. Row i of Bᵀ holds the coefficients of Π (x - other finite points),
 * that of infinity those of the product over all of them: x⁵ - 2.5 x³ + x.
 */
function transformColumns(
  to: usize,
  bytes: usize,
  r0: usize,
  r1: usize,
  r2: usize,
  r3: usize,
  r4: usize,
  r5: usize,
): void {
  const end = to + bytes;
  for (; to < end; to += 16) {
    const d0 = v128.load(r0);
    const d1 = v128.load(r1);
    const d2 = v128.load(r2);
    const d3 = v128.load(r3);
    const d4 = v128.load(r4);
    const d5 = v128.load(r5);
    v128.store(to, twoAndHalfLess(f32x4.add(d0, d4), d2));
    const smallEven = twiceLess(d4, d2);
    const smallOdd = f32x4.mul(f32x4.splat(0.7071067811865476), twiceLess(d3, d1));
    v128.store(to, f32x4.add(smallEven, smallOdd), 192);
    v128.store(to, f32x4.sub(smallEven, smallOdd), 384);
    const largeEven = halfLess(d4, d2);
    const largeOdd = f32x4.mul(f32x4.splat(1.4142135623730951), halfLess(d3, d1));
    v128.store(to, f32x4.add(largeEven, largeOdd), 576);
    v128.store(to, f32x4.sub(largeEven, largeOdd), 768);
    v128.store(to, twoAndHalfLess(f32x4.add(d1, d5), d3), 960);
    r0 += 16;
    r1 += 16;
    r2 += 16;
    r3 += 16;
    r4 += 16;
    r5 += 16;
  }
}

/** (Bᵀ d) B for one row of values: 6 neighbouring columns to 6 values `stride` bytes apart, for all blocks. */
function transformRows(to: usize, stride: usize, from: usize, blocks: u32): void {
  let t0 = to;
  let t1 = t0 + stride;
  let t2 = t1 + stride;
  let t3 = t2 + stride;
  let t4 = t3 + stride;
  let t5 = t4 + stride;
  const end = from + <usize>blocks * HALF_TILE;
  for (; from < end; from += HALF_TILE) {
    for (const next = from + 32; from < next; from += 16) {
      const d0 = v128.load(from);
      const d1 = v128.load(from, 32);
      const d2 = v128.load(from, 64);
      const d3 = v128.load(from, 96);
      const d4 = v128.load(from, 128);
      const d5 = v128.load(from, 160);
      v128.store(t0, twoAndHalfLess(f32x4.add(d0, d4), d2));
      const smallEven = twiceLess(d4, d2);
      const smallOdd = f32x4.mul(f32x4.splat(0.7071067811865476), twiceLess(d3, d1));
      v128.store(t1, f32x4.add(smallEven, smallOdd));
      v128.store(t2, f32x4.sub(smallEven, smallOdd));
      const largeEven = halfLess(d4, d2);
      const largeOdd = f32x4.mul(f32x4.splat(1.4142135623730951), halfLess(d3, d1));
      v128.store(t3, f32x4.add(largeEven, largeOdd));
      v128.store(t4, f32x4.sub(largeEven, largeOdd));
      v128.store(t5, twoAndHalfLess(f32x4.add(d1, d5), d3));
      t0 += 16;
      t1 += 16;
      t2 += 16;
      t3 += 16;
      t4 += 16;
      t5 += 16;
    }
    from -= 32;
  }
}

function twoAndHalfLess(from: v128, value: v128): v128 {
  return multiplyAdd(f32x4.splat(-2.5), value, from);
}

function twiceLess(from: v128, value: v128): v128 {
  return multiplyAdd(f32x4.splat(-2), value, from);
}

function halfLess(from: v128, value: v128): v128 {
  return multiplyAdd(f32x4.splat(-0.5), value, from);
}

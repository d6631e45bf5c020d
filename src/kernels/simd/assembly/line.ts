/**
 * @module
 * Gradients along a straight line through convolution, rectifier, convolution and max-pool; src/runtime/line.ts tells how. A
 * unit is one channel at one pixel of the rectifier. Rows of C floats that belong to a pixel of the second convolution's
 * result have their channels together (`[pixel][C]`, C a multiple of 8); everything else is in blocks of 8 channels.
 */

import { multiplyAdd } from "./tile";

/**
 * 2 × 2 max-pooling of P + alpha · Q. `windows` holds, for each window to be computed, its number and the offsets of its four rows.
 * Rows that stand for several of the four are equal there, so a later one cannot win and is left out. Where another than the
 * winner comes within its channel's margin of it, rounding may have decided: such places, as (window, block), are listed at `doubts`, of which
 * `limit` is the end; without room for them returns 0, else the end of the list. y and places are in blocks of `total` windows,
 * as `poolBlocks` writes them.
 */
export function poolLine(
  y: usize,
  places: usize,
  total: u32,
  P: usize,
  Q: usize,
  alpha: f32,
  windows: usize,
  count: u32,
  blocks: u32,
  margins: usize,
  doubts: usize,
  limit: usize,
  rectify: bool,
): usize {
  const a = f32x4.splat(alpha);
  const zero = f32x4.splat(0);
  const planeBytes = (<usize>total) << 5;
  for (; count > 0; count--, windows += 20) {
    const window = load<u32>(windows);
    const r0 = <usize>load<u32>(windows, 4);
    const r1 = <usize>load<u32>(windows, 8);
    const r2 = <usize>load<u32>(windows, 12);
    const r3 = <usize>load<u32>(windows, 16);
    // What is left out is computed all the same, and masked: branches would be mispredicted.
    const second = i32x4.splat(r1 != r0 ? -1 : 0);
    const third = i32x4.splat(r2 != r0 && r2 != r1 ? -1 : 0);
    const fourth = i32x4.splat(r3 != r0 && r3 != r1 && r3 != r2 ? -1 : 0);
    const alone = r1 == r0 && r2 == r0 && r3 == r0;
    let to = y + ((<usize>window) << 5);
    let place = places + ((<usize>window) << 3);
    if (doubts + ((<usize>blocks) << 3) > limit) return 0;
    for (let block: u32 = 0; block < blocks; block++) {
      let doubt = zero;
      for (let half: usize = 0; half < 32; half += 16) {
        const at = ((<usize>block) << 5) + half;
        const v0 = multiplyAdd(a, v128.load(Q + r0 + at), v128.load(P + r0 + at));
        let best = v0;
        let which = zero;
        if (!alone) {
          const v1 = multiplyAdd(a, v128.load(Q + r1 + at), v128.load(P + r1 + at));
          const v2 = multiplyAdd(a, v128.load(Q + r2 + at), v128.load(P + r2 + at));
          const v3 = multiplyAdd(a, v128.load(Q + r3 + at), v128.load(P + r3 + at));
          let wins = f32x4.gt(v1, best);
          best = v128.bitselect(v1, best, wins);
          which = v128.and(wins, i32x4.splat(1));
          wins = f32x4.gt(v2, best);
          best = v128.bitselect(v2, best, wins);
          which = v128.bitselect(i32x4.splat(2), which, wins);
          wins = f32x4.gt(v3, best);
          best = v128.bitselect(v3, best, wins);
          which = v128.bitselect(i32x4.splat(3), which, wins);
          // Comparisons are -1 where they hold, so this counts, downwards, who is close to the winner, itself included.
          const close = f32x4.sub(best, v128.load(margins + at));
          let near = f32x4.ge(v0, close);
          near = i32x4.add(near, v128.and(second, f32x4.ge(v1, close)));
          near = i32x4.add(near, v128.and(third, f32x4.ge(v2, close)));
          near = i32x4.add(near, v128.and(fourth, f32x4.ge(v3, close)));
          doubt = v128.or(doubt, i32x4.lt_s(near, i32x4.splat(-1)));
        }
        // A rectifier behind the pool decides too.
        if (rectify) {
          doubt = v128.or(doubt, f32x4.le(f32x4.abs(best), v128.load(margins + at)));
          best = f32x4.pmax(best, zero);
        }
        v128.store(to + half, best);
        v128.store32_lane(
          place + (half >> 2),
          i8x16.shuffle(which, which, 0, 4, 8, 12, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0),
          0,
        );
      }
      if (v128.any_true(doubt)) {
        store<u32>(doubts, window);
        store<u32>(doubts, block, 4);
        doubts += 8;
      }
      to += planeBytes;
      place += (<usize>total) << 3;
    }
  }
  return doubts;
}

/** Copies the pooled value of window `from` to the listed windows, in blocks of `total` windows. */
export function spreadWindow(y: usize, total: u32, blocks: u32, from: u32, list: usize, count: u32): void {
  const end = list + ((<usize>count) << 2);
  for (let block: u32 = 0; block < blocks; block++) {
    const low = v128.load(y + ((<usize>from) << 5));
    const high = v128.load(y + ((<usize>from) << 5), 16);
    for (let at = list; at < end; at += 4) {
      const to = y + ((<usize>load<u32>(at)) << 5);
      v128.store(to, low);
      v128.store(to, high, 16);
    }
    y += (<usize>total) << 5;
  }
}

/** The largest size of `length` floats (rounded up to a multiple of 4). */
export function largest(values: usize, length: u32): f32 {
  let most = f32x4.splat(0);
  const end = values + ((<usize>length) << 2);
  for (; values < end; values += 16) most = f32x4.pmax(most, f32x4.abs(v128.load(values)));
  return max(
    max(f32x4.extract_lane(most, 0), f32x4.extract_lane(most, 1)),
    max(f32x4.extract_lane(most, 2), f32x4.extract_lane(most, 3)),
  );
}

/**
 * sums[pixel][channel] += d at the place of each maximum. `pixels` holds, for each window, the offsets of its four pixels'
 * rows in `sums`; d and places are in blocks, with `count` windows in each.
 */
export function addUnpooled(
  sums: usize,
  d: usize,
  places: usize,
  pixels: usize,
  count: u32,
  blocks: u32,
): void {
  for (let block: u32 = 0; block < blocks; block++) {
    const channel = sums + ((<usize>block) << 5);
    let window = pixels;
    for (let i: u32 = 0; i < count; i++, window += 16) {
      const eight = load<u64>(places);
      const a = v128.load(d);
      const b = v128.load(d, 16);
      d += 32;
      places += 8;
      if (eight == 0) {
        // All eight at the first pixel, as on a flat background.
        const to = channel + <usize>load<u32>(window);
        v128.store(to, f32x4.add(v128.load(to), a));
        v128.store(to, f32x4.add(v128.load(to, 16), b), 16);
        continue;
      }
      const wide = i16x8.extend_low_i8x16_u(i64x2(eight, 0));
      const low = i32x4.extend_low_i16x8_u(wide);
      const high = i32x4.extend_high_i16x8_u(wide);
      addWhere(channel + <usize>load<u32>(window), a, b, low, high, 0);
      addWhere(channel + <usize>load<u32>(window, 4), a, b, low, high, 1);
      addWhere(channel + <usize>load<u32>(window, 8), a, b, low, high, 2);
      addWhere(channel + <usize>load<u32>(window, 12), a, b, low, high, 3);
    }
  }
}

function addWhere(to: usize, a: v128, b: v128, low: v128, high: v128, place: i32): void {
  const here = i32x4.splat(place);
  v128.store(to, f32x4.add(v128.load(to), v128.and(a, i32x4.eq(low, here))));
  v128.store(to, f32x4.add(v128.load(to, 16), v128.and(b, i32x4.eq(high, here))), 16);
}

/** Rows of all channels, `[row][column][blocks · 8]` with lines of `lineBytes`, as blocks, `[block][row][column][8]`. */
export function blocksOfRows(
  to: usize,
  from: usize,
  lineBytes: usize,
  blocks: u32,
  height: u32,
  width: u32,
): void {
  const pixelBytes = (<usize>blocks) << 5;
  for (let block: u32 = 0; block < blocks; block++) {
    let line = from + ((<usize>block) << 5);
    for (let row: u32 = 0; row < height; row++) {
      let pixel = line;
      for (let column: u32 = 0; column < width; column++) {
        v128.store(to, v128.load(pixel));
        v128.store(to, v128.load(pixel, 16), 16);
        to += 32;
        pixel += pixelBytes;
      }
      line += lineBytes;
    }
  }
}

/** to = values where `on` is not <= 0, else 0, for `length` floats (rounded up to a multiple of 4). */
export function keepOn(to: usize, values: usize, on: usize, length: u32): void {
  const zero = f32x4.splat(0);
  const end = to + ((<usize>length) << 2);
  for (; to < end; to += 16) {
    v128.store(to, v128.andnot(v128.load(values), f32x4.le(v128.load(on), zero)));
    values += 16;
    on += 16;
  }
}

/** to = a + scale · b, each step rounded to float32 as PyTorch's two operations do, for `length` floats (rounded up to 4). */
export function pointOnLine(to: usize, a: usize, b: usize, scale: f32, length: u32): void {
  const factor = f32x4.splat(scale);
  const end = to + ((<usize>length) << 2);
  for (; to < end; to += 16) {
    v128.store(to, f32x4.add(f32x4.mul(factor, v128.load(b)), v128.load(a)));
    a += 16;
    b += 16;
  }
}

/**
 * @module
 * The innermost loops: a tile of 4 (or 6) points by 8 lanes, held in registers while a sum runs over its terms.
 *
 * A point is a byte address: the top left corner of a convolution window, or a row of a matrix. A run is `length`
 * consecutive floats at a fixed offset from every point; the panel holds, in the same order, 8 weights for each of them:
 *
 *     tile[p][lane] = Σ over runs r, Σ over i < length: memory[point p + offset r + 4 i] · panel[r · length + i][lane]
 *
 * Every point and lane adds its terms in exactly this order, wherever it stands in a tile or in the picture. So equal
 * windows give bitwise equal sums, which max-pooling relies on to find ties.
 *
 * Two shapes, because of registers (16 vectors): with a fused multiply-add 12 accumulators, 2 weights and 1 point value
 * fit; without it a product needs one more, and 8 accumulators are fastest. Loop bodies are not unrolled: compilers of
 * older engines spill when they are.
 */

import { SCRATCH } from "./scratch";

/** Points of the large tile. */
export const POINTS: u32 = ASC_FEATURE_RELAXED_SIMD ? 6 : 4;

/** Eight lanes of one term take this many bytes of a panel. */
export const PANEL_STEP: usize = 32;

/** c + a · b, lane by lane: fused and rounded once with relaxed SIMD, else rounded twice. */
export function multiplyAdd(a: v128, b: v128, c: v128): v128 {
  if (ASC_FEATURE_RELAXED_SIMD) return f32x4.relaxed_madd(a, b, c);
  return f32x4.add(c, f32x4.mul(a, b));
}

/**
 * Computes 4 points by 8 lanes, and stores lane l of point p at `out + l · pitch + 4 p`, for the first `points` and
 * `lanes` of them. With a bias (address of 8 floats) sums start there and overwrite; with 0 they are added to `out`.
 */
export function tile4(
  out: usize,
  pitch: usize,
  bases: usize,
  points: u32,
  offsets: usize,
  runs: u32,
  length: u32,
  panel: usize,
  lanes: u32,
  bias: usize,
): void {
  let low = f32x4.splat(0);
  let high = low;
  if (bias) {
    low = v128.load(bias);
    high = v128.load(bias, 16);
  }
  let a0 = low;
  let a1 = low;
  let a2 = low;
  let a3 = low;
  let b0 = high;
  let b1 = high;
  let b2 = high;
  let b3 = high;
  const base0 = <usize>load<u32>(bases);
  const base1 = <usize>load<u32>(bases, 4);
  const base2 = <usize>load<u32>(bases, 8);
  const base3 = <usize>load<u32>(bases, 12);
  const panelLength = <usize>length * PANEL_STEP;
  const offsetsEnd = offsets + ((<usize>runs) << 2);
  for (; offsets < offsetsEnd; offsets += 4) {
    const offset = <usize>load<u32>(offsets);
    let p0 = base0 + offset;
    let p1 = base1 + offset;
    let p2 = base2 + offset;
    let p3 = base3 + offset;
    const panelEnd = panel + panelLength;
    do {
      const w0 = v128.load(panel);
      const w1 = v128.load(panel, 16);
      const x0 = v128.load32_splat(p0);
      a0 = multiplyAdd(x0, w0, a0);
      b0 = multiplyAdd(x0, w1, b0);
      const x1 = v128.load32_splat(p1);
      a1 = multiplyAdd(x1, w0, a1);
      b1 = multiplyAdd(x1, w1, b1);
      const x2 = v128.load32_splat(p2);
      a2 = multiplyAdd(x2, w0, a2);
      b2 = multiplyAdd(x2, w1, b2);
      const x3 = v128.load32_splat(p3);
      a3 = multiplyAdd(x3, w0, a3);
      b3 = multiplyAdd(x3, w1, b3);
      p0 += 4;
      p1 += 4;
      p2 += 4;
      p3 += 4;
      panel += PANEL_STEP;
    } while (panel < panelEnd);
  }
  storeQuad(out, pitch, points, lanes, bias == 0, a0, a1, a2, a3, b0, b1, b2, b3);
}

/** {@link tile4} for exactly 6 points: 12 accumulators. */
export function tile6(
  out: usize,
  pitch: usize,
  bases: usize,
  offsets: usize,
  runs: u32,
  length: u32,
  panel: usize,
  lanes: u32,
  bias: usize,
): void {
  let low = f32x4.splat(0);
  let high = low;
  if (bias) {
    low = v128.load(bias);
    high = v128.load(bias, 16);
  }
  let a0 = low;
  let a1 = low;
  let a2 = low;
  let a3 = low;
  let a4 = low;
  let a5 = low;
  let b0 = high;
  let b1 = high;
  let b2 = high;
  let b3 = high;
  let b4 = high;
  let b5 = high;
  const base0 = <usize>load<u32>(bases);
  const base1 = <usize>load<u32>(bases, 4);
  const base2 = <usize>load<u32>(bases, 8);
  const base3 = <usize>load<u32>(bases, 12);
  const base4 = <usize>load<u32>(bases, 16);
  const base5 = <usize>load<u32>(bases, 20);
  const panelLength = <usize>length * PANEL_STEP;
  const offsetsEnd = offsets + ((<usize>runs) << 2);
  for (; offsets < offsetsEnd; offsets += 4) {
    const offset = <usize>load<u32>(offsets);
    let p0 = base0 + offset;
    let p1 = base1 + offset;
    let p2 = base2 + offset;
    let p3 = base3 + offset;
    let p4 = base4 + offset;
    let p5 = base5 + offset;
    const panelEnd = panel + panelLength;
    do {
      const w0 = v128.load(panel);
      const w1 = v128.load(panel, 16);
      const x0 = v128.load32_splat(p0);
      a0 = multiplyAdd(x0, w0, a0);
      b0 = multiplyAdd(x0, w1, b0);
      const x1 = v128.load32_splat(p1);
      a1 = multiplyAdd(x1, w0, a1);
      b1 = multiplyAdd(x1, w1, b1);
      const x2 = v128.load32_splat(p2);
      a2 = multiplyAdd(x2, w0, a2);
      b2 = multiplyAdd(x2, w1, b2);
      const x3 = v128.load32_splat(p3);
      a3 = multiplyAdd(x3, w0, a3);
      b3 = multiplyAdd(x3, w1, b3);
      const x4 = v128.load32_splat(p4);
      a4 = multiplyAdd(x4, w0, a4);
      b4 = multiplyAdd(x4, w1, b4);
      const x5 = v128.load32_splat(p5);
      a5 = multiplyAdd(x5, w0, a5);
      b5 = multiplyAdd(x5, w1, b5);
      p0 += 4;
      p1 += 4;
      p2 += 4;
      p3 += 4;
      p4 += 4;
      p5 += 4;
      panel += PANEL_STEP;
    } while (panel < panelEnd);
  }
  const add = bias == 0;
  storeQuad(out, pitch, 4, lanes, add, a0, a1, a2, a3, b0, b1, b2, b3);
  out += 16;
  if (lanes == 8) {
    storePair(out, pitch, add, a4, a5);
    storePair(out + 4 * pitch, pitch, add, b4, b5);
  } else {
    storeQuad(out, pitch, 2, lanes, add, a4, a5, a5, a5, b4, b5, b5, b5);
  }
}

/** Stores 4 points by 8 lanes; a0..a3 hold lanes 0-3 of each point, b0..b3 lanes 4-7. A part goes by the scratch. */
function storeQuad(
  out: usize,
  pitch: usize,
  points: u32,
  lanes: u32,
  add: bool,
  a0: v128,
  a1: v128,
  a2: v128,
  a3: v128,
  b0: v128,
  b1: v128,
  b2: v128,
  b3: v128,
): void {
  if (points == 4 && lanes == 8) {
    storeTransposed(out, pitch, add, a0, a1, a2, a3);
    storeTransposed(out + 4 * pitch, pitch, add, b0, b1, b2, b3);
    return;
  }
  storeTransposed(SCRATCH, 16, false, a0, a1, a2, a3);
  storeTransposed(SCRATCH + 64, 16, false, b0, b1, b2, b3);
  for (let lane: u32 = 0; lane < lanes; lane++) {
    for (let point: u32 = 0; point < points; point++) {
      const to = out + <usize>lane * pitch + ((<usize>point) << 2);
      let value = load<f32>(SCRATCH + ((<usize>lane) << 4) + ((<usize>point) << 2));
      if (add) value = load<f32>(to) + value;
      store<f32>(to, value);
    }
  }
}

/** Turns 4 points of 4 lanes into 4 lanes of 4 points and stores lane l at `out + l · pitch`. */
export function storeTransposed(
  out: usize,
  pitch: usize,
  add: bool,
  a: v128,
  b: v128,
  c: v128,
  d: v128,
): void {
  const ab01 = v128.shuffle<f32>(a, b, 0, 4, 1, 5);
  const ab23 = v128.shuffle<f32>(a, b, 2, 6, 3, 7);
  const cd01 = v128.shuffle<f32>(c, d, 0, 4, 1, 5);
  const cd23 = v128.shuffle<f32>(c, d, 2, 6, 3, 7);
  let l0 = v128.shuffle<f32>(ab01, cd01, 0, 1, 4, 5);
  let l1 = v128.shuffle<f32>(ab01, cd01, 2, 3, 6, 7);
  let l2 = v128.shuffle<f32>(ab23, cd23, 0, 1, 4, 5);
  let l3 = v128.shuffle<f32>(ab23, cd23, 2, 3, 6, 7);
  const out1 = out + pitch;
  const out2 = out1 + pitch;
  const out3 = out2 + pitch;
  if (add) {
    l0 = f32x4.add(v128.load(out), l0);
    l1 = f32x4.add(v128.load(out1), l1);
    l2 = f32x4.add(v128.load(out2), l2);
    l3 = f32x4.add(v128.load(out3), l3);
  }
  v128.store(out, l0);
  v128.store(out1, l1);
  v128.store(out2, l2);
  v128.store(out3, l3);
}

/** Stores 2 points of 4 lanes, lane l at `out + l · pitch`. */
function storePair(out: usize, pitch: usize, add: bool, a: v128, b: v128): void {
  let l01 = v128.shuffle<f32>(a, b, 0, 4, 1, 5);
  let l23 = v128.shuffle<f32>(a, b, 2, 6, 3, 7);
  const out1 = out + pitch;
  const out2 = out1 + pitch;
  const out3 = out2 + pitch;
  if (add) {
    l01 = f32x4.add(v128.load64_lane(out1, v128.load64_zero(out), 1), l01);
    l23 = f32x4.add(v128.load64_lane(out3, v128.load64_zero(out2), 1), l23);
  }
  v128.store64_lane(out, l01, 0);
  v128.store64_lane(out1, l01, 1);
  v128.store64_lane(out2, l23, 0);
  v128.store64_lane(out3, l23, 1);
}

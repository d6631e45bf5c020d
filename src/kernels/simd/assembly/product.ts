/**
 * @module
 * Small matrix products of Winograd's convolution: some tiles by 8 channels, held in registers while a sum runs over
 * the depth. As in ./tile.ts: 12 accumulators with a fused multiply-add, else 8, and loop bodies that are not unrolled.
 */

import { multiplyAdd } from "./tile";

/**
 * out[t][8] = Σ over d < depth of from[t][d] · panel[d][8] for 6 rows t. Rows of `from` are `pitch` bytes apart, those
 * of `out` 32.
 */
export function product6(out: usize, from: usize, pitch: usize, panel: usize, depth: u32): void {
  let a0 = f32x4.splat(0);
  let a1 = a0;
  let a2 = a0;
  let a3 = a0;
  let a4 = a0;
  let a5 = a0;
  let b0 = a0;
  let b1 = a0;
  let b2 = a0;
  let b3 = a0;
  let b4 = a0;
  let b5 = a0;
  let p0 = from;
  let p1 = p0 + pitch;
  let p2 = p1 + pitch;
  let p3 = p2 + pitch;
  let p4 = p3 + pitch;
  let p5 = p4 + pitch;
  const end = panel + ((<usize>depth) << 5);
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
    panel += 32;
  } while (panel < end);
  v128.store(out, a0);
  v128.store(out, b0, 16);
  v128.store(out, a1, 32);
  v128.store(out, b1, 48);
  v128.store(out, a2, 64);
  v128.store(out, b2, 80);
  v128.store(out, a3, 96);
  v128.store(out, b3, 112);
  v128.store(out, a4, 128);
  v128.store(out, b4, 144);
  v128.store(out, a5, 160);
  v128.store(out, b5, 176);
}

/** {@link product6} for 4 rows. */
export function product4(out: usize, from: usize, pitch: usize, panel: usize, depth: u32): void {
  let a0 = f32x4.splat(0);
  let a1 = a0;
  let a2 = a0;
  let a3 = a0;
  let b0 = a0;
  let b1 = a0;
  let b2 = a0;
  let b3 = a0;
  let p0 = from;
  let p1 = p0 + pitch;
  let p2 = p1 + pitch;
  let p3 = p2 + pitch;
  const end = panel + ((<usize>depth) << 5);
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
    panel += 32;
  } while (panel < end);
  v128.store(out, a0);
  v128.store(out, b0, 16);
  v128.store(out, a1, 32);
  v128.store(out, b1, 48);
  v128.store(out, a2, 64);
  v128.store(out, b2, 80);
  v128.store(out, a3, 96);
  v128.store(out, b3, 112);
}

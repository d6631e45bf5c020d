/** @module Matrix products with few rows: B passes once, read as it lies. */

import { multiplyAdd } from "./tile";

/**
 * out[row] += Σ a[i] · b[row · pitch + i] for i < length: one vector against the rows of a matrix.
 * `length` is a multiple of 8 (pad with zeros), `pitch` counts floats. `rows` is a multiple of 4.
 */
export function dotRows(out: usize, a: usize, b: usize, pitch: u32, rows: u32, length: u32): void {
  const step = (<usize>pitch) << 2;
  const bytes = (<usize>length) << 2;
  for (let row: u32 = 0; row < rows; row += 4) {
    let s0 = f32x4.splat(0);
    let s1 = s0;
    let s2 = s0;
    let s3 = s0;
    let t0 = s0;
    let t1 = s0;
    let t2 = s0;
    let t3 = s0;
    let p0 = b;
    let p1 = p0 + step;
    let p2 = p1 + step;
    let p3 = p2 + step;
    const end = a + bytes;
    for (let from = a; from < end; from += 32) {
      const x = v128.load(from);
      const y = v128.load(from, 16);
      s0 = multiplyAdd(x, v128.load(p0), s0);
      s1 = multiplyAdd(x, v128.load(p1), s1);
      s2 = multiplyAdd(x, v128.load(p2), s2);
      s3 = multiplyAdd(x, v128.load(p3), s3);
      t0 = multiplyAdd(y, v128.load(p0, 16), t0);
      t1 = multiplyAdd(y, v128.load(p1, 16), t1);
      t2 = multiplyAdd(y, v128.load(p2, 16), t2);
      t3 = multiplyAdd(y, v128.load(p3, 16), t3);
      p0 += 32;
      p1 += 32;
      p2 += 32;
      p3 += 32;
    }
    store<f32>(out, load<f32>(out) + total(f32x4.add(s0, t0)));
    store<f32>(out, load<f32>(out, 4) + total(f32x4.add(s1, t1)), 4);
    store<f32>(out, load<f32>(out, 8) + total(f32x4.add(s2, t2)), 8);
    store<f32>(out, load<f32>(out, 12) + total(f32x4.add(s3, t3)), 12);
    out += 16;
    b += 4 * step;
  }
}

/** The sum of four lanes. */
function total(v: v128): f32 {
  return (
    f32x4.extract_lane(v, 0) +
    f32x4.extract_lane(v, 1) +
    (f32x4.extract_lane(v, 2) + f32x4.extract_lane(v, 3))
  );
}

/**
 * out[i] += Σ over rows of a[row] · b[row · pitch + i] for i < length: a sum of scaled rows.
 * `rows` and `length` are multiples of 4 (pad with zeros), `pitch` counts floats.
 */
export function addScaledRows(out: usize, a: usize, b: usize, pitch: u32, rows: u32, length: u32): void {
  const step = (<usize>pitch) << 2;
  const bytes = (<usize>length) << 2;
  for (let row: u32 = 0; row < rows; row += 4) {
    const x0 = v128.load32_splat(a);
    const x1 = v128.load32_splat(a, 4);
    const x2 = v128.load32_splat(a, 8);
    const x3 = v128.load32_splat(a, 12);
    let p0 = b;
    let p1 = p0 + step;
    let p2 = p1 + step;
    let p3 = p2 + step;
    const end = out + bytes;
    for (let to = out; to < end; to += 16) {
      let sum = f32x4.mul(x0, v128.load(p0));
      sum = multiplyAdd(x1, v128.load(p1), sum);
      sum = multiplyAdd(x2, v128.load(p2), sum);
      sum = multiplyAdd(x3, v128.load(p3), sum);
      v128.store(to, f32x4.add(v128.load(to), sum));
      p0 += 16;
      p1 += 16;
      p2 += 16;
      p3 += 16;
    }
    a += 16;
    b += 4 * step;
  }
}

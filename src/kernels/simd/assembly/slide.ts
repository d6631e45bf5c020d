/** @module Convolution of planes with few filters, vectorised along the row instead of across channels. */

import { multiplyAdd } from "./tile";

/**
 * out[i] = bias + Σ over taps t of weights[t] · memory[source + offsets[t] + 4 i], for i < length.
 * Writes up to 15 floats beyond `length`, and reads as many. Depthwise filters have one channel each, which leaves
 * seven of a panel's eight lanes empty; here all lanes are neighbours in a row, and each adds its taps in the same order.
 *
 * Four accumulators: eight are up to a fifth faster where engines are new, and a third slower on V8 11.3 (Node 20).
 */
export function slide(
  out: usize,
  source: usize,
  length: u32,
  offsets: usize,
  weights: usize,
  taps: u32,
  bias: f32,
): void {
  const start = f32x4.splat(bias);
  const end = out + ((<usize>length) << 2);
  const tapsEnd = (<usize>taps) << 2;
  for (; out < end; out += 64) {
    let a = start;
    let b = start;
    let c = start;
    let d = start;
    for (let tap: usize = 0; tap < tapsEnd; tap += 4) {
      const from = source + <usize>load<u32>(offsets + tap);
      const weight = v128.load32_splat(weights + tap);
      a = multiplyAdd(v128.load(from), weight, a);
      b = multiplyAdd(v128.load(from, 16), weight, b);
      c = multiplyAdd(v128.load(from, 32), weight, c);
      d = multiplyAdd(v128.load(from, 48), weight, d);
    }
    v128.store(out, a);
    v128.store(out, b, 16);
    v128.store(out, c, 32);
    v128.store(out, d, 48);
    source += 64;
  }
}

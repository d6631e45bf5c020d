/**
 * @module
 * The gradient of a convolution's input when the output's gradient is mostly zero, as it is behind max-pooling, where
 * one of four values survives: only what is not zero is multiplied.
 */

import { multiplyAdd } from "./tile";

/**
 * Lists what is not zero, pixel by pixel: entries of 8 bytes, (channel, value). `from[channel][pixel]` has `channels`
 * planes of `pixels` floats. The entries of pixel p lie from `starts[p]` to `starts[p + 1]`; room for all of them is needed.
 */
export function listNonZero(entries: usize, starts: usize, from: usize, pixels: u32, channels: u32): void {
  const plane = (<usize>pixels) << 2;
  for (let pixel: u32 = 0; pixel < pixels; pixel++) {
    store<u32>(starts, <u32>entries);
    starts += 4;
    let source = from + ((<usize>pixel) << 2);
    for (let channel: u32 = 0; channel < channels; channel++) {
      const value = load<f32>(source);
      // Written in any case, kept by moving on: a branch here would be mispredicted again and again.
      store<u32>(entries, channel);
      store<f32>(entries, value, 4);
      entries += (<usize>(value != 0)) << 3;
      source += plane;
    }
  }
  store<u32>(starts, <u32>entries);
}

/**
 * For each pixel p: memory[bases[p] + offset + i] += Σ over its entries of value · weights[channel][i], for 32 floats.
 * Eight accumulators; the weights of one strip (128 bytes a channel) stay in the L1 cache while all pixels pass by.
 */
export function scatterStrip(bases: usize, offset: usize, starts: usize, pixels: u32, weights: usize): void {
  const end = starts + ((<usize>pixels) << 2);
  for (; starts < end; starts += 4, bases += 4) {
    let entry = <usize>load<u32>(starts);
    const last = <usize>load<u32>(starts, 4);
    if (entry == last) continue;
    let a = f32x4.splat(0);
    let b = a;
    let c = a;
    let d = a;
    let e = a;
    let f = a;
    let g = a;
    let h = a;
    do {
      const w = weights + ((<usize>load<u32>(entry)) << 7);
      const x = v128.load32_splat(entry, 4);
      a = multiplyAdd(x, v128.load(w), a);
      b = multiplyAdd(x, v128.load(w, 16), b);
      c = multiplyAdd(x, v128.load(w, 32), c);
      d = multiplyAdd(x, v128.load(w, 48), d);
      e = multiplyAdd(x, v128.load(w, 64), e);
      f = multiplyAdd(x, v128.load(w, 80), f);
      g = multiplyAdd(x, v128.load(w, 96), g);
      h = multiplyAdd(x, v128.load(w, 112), h);
      entry += 8;
    } while (entry < last);
    const to = <usize>load<u32>(bases) + offset;
    v128.store(to, f32x4.add(v128.load(to), a));
    v128.store(to, f32x4.add(v128.load(to, 16), b), 16);
    v128.store(to, f32x4.add(v128.load(to, 32), c), 32);
    v128.store(to, f32x4.add(v128.load(to, 48), d), 48);
    v128.store(to, f32x4.add(v128.load(to, 64), e), 64);
    v128.store(to, f32x4.add(v128.load(to, 80), f), 80);
    v128.store(to, f32x4.add(v128.load(to, 96), g), 96);
    v128.store(to, f32x4.add(v128.load(to, 112), h), 112);
  }
}

/** {@link scatterStrip} for 4 floats, 16 bytes a channel: what is left of a run. */
export function scatterVector(bases: usize, offset: usize, starts: usize, pixels: u32, weights: usize): void {
  const end = starts + ((<usize>pixels) << 2);
  for (; starts < end; starts += 4, bases += 4) {
    let entry = <usize>load<u32>(starts);
    const last = <usize>load<u32>(starts, 4);
    if (entry == last) continue;
    let sum = f32x4.splat(0);
    do {
      const w = weights + ((<usize>load<u32>(entry)) << 4);
      sum = multiplyAdd(v128.load32_splat(entry, 4), v128.load(w), sum);
      entry += 8;
    } while (entry < last);
    const to = <usize>load<u32>(bases) + offset;
    v128.store(to, f32x4.add(v128.load(to), sum));
  }
}

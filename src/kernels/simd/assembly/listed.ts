/**
 * @module
 * The contraction of ./blocks.ts over some of its terms: those that a list names. A term is its offset from a point, in bytes, and its weights
 * lie at the same place of a panel, 8 floats for each of the point's.
 */

import { multiplyAdd, POINTS } from "./tile";

/**
 * out[p · pointPitch + block · blockPitch][lane] = bias + Σ over listed t: memory[source + bases[p] + t] · panels[block][8 t][lane], in
 * chunks of `termsPerChunk` terms. With a bias of 0 the sums are added to what is there. `bases` needs 4 entries beyond its end.
 */
export function contractListed(
  out: usize,
  pointPitch: usize,
  blockPitch: usize,
  source: usize,
  bases: usize,
  points: u32,
  terms: usize,
  count: u32,
  termsPerChunk: u32,
  panels: usize,
  panelPitch: usize,
  blocks: u32,
  bias: usize,
): void {
  // Without terms there is still the bias.
  for (let term: u32 = 0; term == 0 || term < count; term += termsPerChunk) {
    const from = terms + ((<usize>term) << 2);
    const end = from + ((<usize>min(termsPerChunk, count - term)) << 2);
    for (let block: u32 = 0; block < blocks; block++) {
      const panel = panels + <usize>block * panelPitch;
      const start = bias && term == 0 ? bias + ((<usize>block) << 5) : 0;
      let to = out + <usize>block * blockPitch;
      let base = bases;
      let left = points;
      if (POINTS == 6) {
        for (; left >= 6; left -= 6) {
          listedTile6(to, pointPitch, source, base, from, end, panel, start);
          to += 6 * pointPitch;
          base += 24;
        }
      }
      while (left > 0) {
        const tile = min(4, left);
        listedTile4(to, pointPitch, source, base, tile, from, end, panel, start);
        to += <usize>tile * pointPitch;
        base += 16;
        left -= tile;
      }
    }
  }
}

function listedTile4(
  out: usize,
  pitch: usize,
  source: usize,
  bases: usize,
  points: u32,
  terms: usize,
  end: usize,
  panel: usize,
  bias: usize,
): void {
  let low = f32x4.splat(0);
  let high = low;
  if (bias) {
    low = v128.load(bias);
    high = v128.load(bias, 16);
  }
  let a0 = low,
    a1 = low,
    a2 = low,
    a3 = low;
  let b0 = high,
    b1 = high,
    b2 = high,
    b3 = high;
  const base0 = source + <usize>load<u32>(bases);
  const base1 = source + <usize>load<u32>(bases, 4);
  const base2 = source + <usize>load<u32>(bases, 8);
  const base3 = source + <usize>load<u32>(bases, 12);
  for (; terms < end; terms += 4) {
    const term = <usize>load<u32>(terms);
    const w = panel + (term << 3);
    const w0 = v128.load(w);
    const w1 = v128.load(w, 16);
    const x0 = v128.load32_splat(base0 + term);
    a0 = multiplyAdd(x0, w0, a0);
    b0 = multiplyAdd(x0, w1, b0);
    const x1 = v128.load32_splat(base1 + term);
    a1 = multiplyAdd(x1, w0, a1);
    b1 = multiplyAdd(x1, w1, b1);
    const x2 = v128.load32_splat(base2 + term);
    a2 = multiplyAdd(x2, w0, a2);
    b2 = multiplyAdd(x2, w1, b2);
    const x3 = v128.load32_splat(base3 + term);
    a3 = multiplyAdd(x3, w0, a3);
    b3 = multiplyAdd(x3, w1, b3);
  }
  const add = bias == 0;
  storePoint(out, add, a0, b0);
  if (points > 1) storePoint(out + pitch, add, a1, b1);
  if (points > 2) storePoint(out + 2 * pitch, add, a2, b2);
  if (points > 3) storePoint(out + 3 * pitch, add, a3, b3);
}

function listedTile6(
  out: usize,
  pitch: usize,
  source: usize,
  bases: usize,
  terms: usize,
  end: usize,
  panel: usize,
  bias: usize,
): void {
  let low = f32x4.splat(0);
  let high = low;
  if (bias) {
    low = v128.load(bias);
    high = v128.load(bias, 16);
  }
  let a0 = low,
    a1 = low,
    a2 = low,
    a3 = low,
    a4 = low,
    a5 = low;
  let b0 = high,
    b1 = high,
    b2 = high,
    b3 = high,
    b4 = high,
    b5 = high;
  const base0 = source + <usize>load<u32>(bases);
  const base1 = source + <usize>load<u32>(bases, 4);
  const base2 = source + <usize>load<u32>(bases, 8);
  const base3 = source + <usize>load<u32>(bases, 12);
  const base4 = source + <usize>load<u32>(bases, 16);
  const base5 = source + <usize>load<u32>(bases, 20);
  for (; terms < end; terms += 4) {
    const term = <usize>load<u32>(terms);
    const w = panel + (term << 3);
    const w0 = v128.load(w);
    const w1 = v128.load(w, 16);
    const x0 = v128.load32_splat(base0 + term);
    a0 = multiplyAdd(x0, w0, a0);
    b0 = multiplyAdd(x0, w1, b0);
    const x1 = v128.load32_splat(base1 + term);
    a1 = multiplyAdd(x1, w0, a1);
    b1 = multiplyAdd(x1, w1, b1);
    const x2 = v128.load32_splat(base2 + term);
    a2 = multiplyAdd(x2, w0, a2);
    b2 = multiplyAdd(x2, w1, b2);
    const x3 = v128.load32_splat(base3 + term);
    a3 = multiplyAdd(x3, w0, a3);
    b3 = multiplyAdd(x3, w1, b3);
    const x4 = v128.load32_splat(base4 + term);
    a4 = multiplyAdd(x4, w0, a4);
    b4 = multiplyAdd(x4, w1, b4);
    const x5 = v128.load32_splat(base5 + term);
    a5 = multiplyAdd(x5, w0, a5);
    b5 = multiplyAdd(x5, w1, b5);
  }
  const add = bias == 0;
  storePoint(out, add, a0, b0);
  storePoint(out + pitch, add, a1, b1);
  storePoint(out + 2 * pitch, add, a2, b2);
  storePoint(out + 3 * pitch, add, a3, b3);
  storePoint(out + 4 * pitch, add, a4, b4);
  storePoint(out + 5 * pitch, add, a5, b5);
}

function storePoint(out: usize, add: bool, low: v128, high: v128): void {
  if (add) {
    low = f32x4.add(v128.load(out), low);
    high = f32x4.add(v128.load(out, 16), high);
  }
  v128.store(out, low);
  v128.store(out, high, 16);
}

/**
 * Sums the panels of pixels that hold the same value: to[block][channel block][8 channels][8 lanes] = Σ over listed pixels of
 * panels[block][channel block][pixel][8][8]. `list` holds `count` offsets of pixels in a panel, in bytes.
 */
export function sumPanels(
  to: usize,
  panels: usize,
  panelPitch: usize,
  blocks: u32,
  list: usize,
  count: u32,
  channelBlocks: u32,
  planeBytes: usize,
): void {
  const end = list + ((<usize>count) << 2);
  for (let block: u32 = 0; block < blocks; block++) {
    for (let channels: u32 = 0; channels < channelBlocks; channels++) {
      const plane = panels + <usize>block * panelPitch + <usize>channels * planeBytes;
      for (let half: usize = 0; half < 256; half += 128) {
        const zero = f32x4.splat(0);
        let s0 = zero,
          s1 = zero,
          s2 = zero,
          s3 = zero,
          s4 = zero,
          s5 = zero,
          s6 = zero,
          s7 = zero;
        for (let at = list; at < end; at += 4) {
          const from = plane + half + <usize>load<u32>(at);
          s0 = f32x4.add(s0, v128.load(from));
          s1 = f32x4.add(s1, v128.load(from, 16));
          s2 = f32x4.add(s2, v128.load(from, 32));
          s3 = f32x4.add(s3, v128.load(from, 48));
          s4 = f32x4.add(s4, v128.load(from, 64));
          s5 = f32x4.add(s5, v128.load(from, 80));
          s6 = f32x4.add(s6, v128.load(from, 96));
          s7 = f32x4.add(s7, v128.load(from, 112));
        }
        v128.store(to, s0);
        v128.store(to, s1, 16);
        v128.store(to, s2, 32);
        v128.store(to, s3, 48);
        v128.store(to, s4, 64);
        v128.store(to, s5, 80);
        v128.store(to, s6, 96);
        v128.store(to, s7, 112);
        to += 128;
      }
    }
  }
}

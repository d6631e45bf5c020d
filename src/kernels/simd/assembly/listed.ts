/**
 * @module
 * Products of a few rows with a long matrix, over some of its terms: those that a list names. A term is its offset from the beginning
 * of a row, in bytes.
 */

import { multiplyAdd, POINTS } from "./tile";

/** Terms that are summed together: a running sum over thousands in float32 loses a digit, sums of chunks do not. */
const CHUNK: u32 = 256;

/** Bytes of scratch that {@link contractListed} needs for so many points: what a chunk needs of points and weights. */
export function listedScratch(points: u32): u32 {
  return 4 * CHUNK * (points + 5);
}

/**
 * out[p · pointPitch + block · blockPitch][lane] = bias + Σ over listed t: memory[source + bases[p] + t] · panels[block][8 t][lane]. With a bias
 * of 0 the sums are added to what is there. `bases` needs 4 entries beyond its end.
 *
 * What a chunk of terms needs is gathered first, tile by tile (`[term][6 points]`, then `[term][4]`): rows of a
 * matrix are often a multiple of 4096 bytes apart, so that many of them cannot be in the L1 cache at once.
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
  panels: usize,
  panelPitch: usize,
  blocks: u32,
  bias: usize,
  scratch: usize,
): void {
  const values = scratch + 4 * CHUNK;
  // Without terms there is still the bias.
  for (let term: u32 = 0; term == 0 || term < count; term += CHUNK) {
    const length = min(CHUNK, count - term);
    const from = terms + ((<usize>term) << 2);
    const end = scratch + ((<usize>length) << 2);
    placeTerms(scratch, end, from);
    gatherPoints(values, source, bases, points, from, length);
    for (let block: u32 = 0; block < blocks; block++) {
      const panel = panels + <usize>block * panelPitch;
      const start = bias && term == 0 ? bias + ((<usize>block) << 5) : 0;
      let to = out + <usize>block * blockPitch;
      let value = values;
      let left = points;
      if (POINTS == 6) {
        for (; left >= 6; left -= 6) {
          listedTile6(to, pointPitch, value, scratch, end, panel, start);
          to += 6 * pointPitch;
          value += <usize>length * 24;
        }
      }
      while (left > 0) {
        const tile = min(4, left);
        listedTile4(to, pointPitch, tile, value, scratch, end, panel, start);
        to += <usize>tile * pointPitch;
        value += <usize>length * 16;
        left -= tile;
      }
    }
  }
}

/** Writes where in a panel the weights of the terms lie. */
function placeTerms(to: usize, end: usize, terms: usize): void {
  for (; to < end; to += 4) {
    store<u32>(to, load<u32>(terms) << 3);
    terms += 4;
  }
}

/** Writes the values of all points at the listed terms, `[tile][term][point of tile]`, with tiles as {@link contractListed} takes them. */
function gatherPoints(to: usize, source: usize, bases: usize, points: i32, terms: usize, count: u32): void {
  while (points > 0) {
    const tile: i32 = POINTS == 6 && points >= 6 ? 6 : 4;
    for (let point = 0; point < tile; point++) {
      const row = source + <usize>load<u32>(bases + ((<usize>point) << 2));
      const values = to + ((<usize>point) << 2);
      gatherValues(values, tile << 2, row, terms, count);
    }
    to += <usize>count * ((<usize>tile) << 2);
    bases += (<usize>tile) << 2;
    points -= tile;
  }
}

function gatherValues(to: usize, step: usize, row: usize, terms: usize, count: u32): void {
  const end = terms + ((<usize>count) << 2);
  for (; terms < end; terms += 4) {
    store<f32>(to, load<f32>(row + <usize>load<u32>(terms)));
    to += step;
  }
}

/** Up to 4 points by 8 lanes. */
function listedTile4(
  out: usize,
  pitch: usize,
  points: u32,
  values: usize,
  places: usize,
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
  for (; places < end; places += 4) {
    const w = panel + <usize>load<u32>(places);
    const w0 = v128.load(w);
    const w1 = v128.load(w, 16);
    const x0 = v128.load32_splat(values);
    a0 = multiplyAdd(x0, w0, a0);
    b0 = multiplyAdd(x0, w1, b0);
    const x1 = v128.load32_splat(values, 4);
    a1 = multiplyAdd(x1, w0, a1);
    b1 = multiplyAdd(x1, w1, b1);
    const x2 = v128.load32_splat(values, 8);
    a2 = multiplyAdd(x2, w0, a2);
    b2 = multiplyAdd(x2, w1, b2);
    const x3 = v128.load32_splat(values, 12);
    a3 = multiplyAdd(x3, w0, a3);
    b3 = multiplyAdd(x3, w1, b3);
    values += 16;
  }
  const add = bias == 0;
  storePoint(out, add, a0, b0);
  if (points > 1) storePoint(out + pitch, add, a1, b1);
  if (points > 2) storePoint(out + 2 * pitch, add, a2, b2);
  if (points > 3) storePoint(out + 3 * pitch, add, a3, b3);
}

/** 6 points by 8 lanes. */
function listedTile6(
  out: usize,
  pitch: usize,
  values: usize,
  places: usize,
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
  for (; places < end; places += 4) {
    const w = panel + <usize>load<u32>(places);
    const w0 = v128.load(w);
    const w1 = v128.load(w, 16);
    const x0 = v128.load32_splat(values);
    a0 = multiplyAdd(x0, w0, a0);
    b0 = multiplyAdd(x0, w1, b0);
    const x1 = v128.load32_splat(values, 4);
    a1 = multiplyAdd(x1, w0, a1);
    b1 = multiplyAdd(x1, w1, b1);
    const x2 = v128.load32_splat(values, 8);
    a2 = multiplyAdd(x2, w0, a2);
    b2 = multiplyAdd(x2, w1, b2);
    const x3 = v128.load32_splat(values, 12);
    a3 = multiplyAdd(x3, w0, a3);
    b3 = multiplyAdd(x3, w1, b3);
    const x4 = v128.load32_splat(values, 16);
    a4 = multiplyAdd(x4, w0, a4);
    b4 = multiplyAdd(x4, w1, b4);
    const x5 = v128.load32_splat(values, 20);
    a5 = multiplyAdd(x5, w0, a5);
    b5 = multiplyAdd(x5, w1, b5);
    values += 24;
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

/**
 * @module
 * Fully connected layers forward: rows times a matrix, as dot products. The matrix [out][in] lies in panels of 8 inputs,
 * `[in / 8][out][8]`, which is the order that the way back wants (`contractListed` in ./listed.ts, a panel for each block of its
 * result); so one copy of the weights serves both. `out` is filled up with zeros to a multiple of 8, and panels are
 * `panelPitch` bytes apart, off multiples of 4096.
 */

import { multiplyAdd, POINTS } from "./tile";

/**
 * Panels and units that are taken together. They are read in the order in which they lie first, as memory is fastest; then the L2
 * cache has them, 130 KB, and each pair of units passes over them for some rows at a time.
 */
const CHUNK: u32 = 32;
const UNITS: usize = 128;

const LINE: usize = 64;

/** Bytes of scratch that {@link multiplyRows} needs for so many rows. */
export function rowsScratch(rows: u32): u32 {
  return CHUNK * (8 + 32 * (rows + 3));
}

/**
 * out[row · outPitch][unit] = bias[unit] + Σ over listed blocks b, Σ over i < 8: memory[source + bases[row] + b + 4 i] · panels[b / 32][unit][i];
 * with `rectify` max(that, 0). A block is its offset in a row, a multiple of 32 bytes. With a bias of 0 the sums are added to what
 * is there. With `less`, as many offsets, a value is the difference of those at b and at its place in `less`. `bases` needs 3 entries
 * beyond its end, `units` is a multiple of 8.
 */
export function multiplyRows(
  out: usize,
  outPitch: usize,
  source: usize,
  bases: usize,
  rows: u32,
  blocks: usize,
  less: usize,
  count: u32,
  panels: usize,
  panelPitch: usize,
  units: u32,
  bias: usize,
  rectify: bool,
  scratch: usize,
): void {
  const values = scratch + 8 * CHUNK;
  // Without blocks there is still the bias.
  for (let first: u32 = 0; first == 0 || first < count; first += CHUNK) {
    const length = min(CHUNK, count - first);
    const list = blocks + ((<usize>first) << 2);
    const listEnd = list + ((<usize>length) << 2);
    const end = placeHalves(scratch, list, listEnd, panels, panelPitch);
    gatherRows(values, source, bases, rows, list, less ? less + ((<usize>first) << 2) : 0, listEnd);
    const start = first == 0 ? bias : 0;
    const last = rectify && first + length == count;
    for (let unit: usize = 0; unit < units; unit += UNITS) {
      const unitEnd = min(unit + UNITS, <usize>units);
      for (let place = scratch; place < end; place += 8) {
        const panel = <usize>load<u32>(place);
        fetch(panel + (unit << 5), panel + (unitEnd << 5));
      }
      multiplyChunk(out, outPitch, rows, values, length, scratch, end, unit, unitEnd, start, last);
    }
  }
}

/** All rows by some units, over the halves of panels at `places`. */
function multiplyChunk(
  out: usize,
  outPitch: usize,
  rows: i32,
  values: usize,
  length: u32,
  places: usize,
  end: usize,
  first: usize,
  unitEnd: usize,
  start: usize,
  rectify: bool,
): void {
  if (POINTS == 6) {
    for (; rows >= 6; rows -= 6) {
      for (let unit = first; unit < unitEnd; unit += 2) {
        const pair = start ? start + (unit << 2) : 0;
        dotTile6(out + (unit << 2), outPitch, values, places, end, unit << 5, pair, rectify);
      }
      out += 6 * outPitch;
      values += <usize>length * 192;
    }
  }
  while (rows > 0) {
    for (let unit = first; unit < unitEnd; unit += 2) {
      const pair = start ? start + (unit << 2) : 0;
      dotTile4(out + (unit << 2), outPitch, min(4, rows), values, places, end, unit << 5, pair, rectify);
    }
    out += 4 * outPitch;
    values += <usize>length * 128;
    rows -= 4;
  }
}

/** Writes the addresses of both halves of the listed panels, for unit 0. Returns the end. */
function placeHalves(to: usize, blocks: usize, end: usize, panels: usize, panelPitch: usize): usize {
  for (; blocks < end; blocks += 4) {
    const panel = panels + <usize>(load<u32>(blocks) >> 5) * panelPitch;
    store<u32>(to, <u32>panel);
    store<u32>(to, <u32>panel + 16, 4);
    to += 8;
  }
  return to;
}

/** Reads a byte of each line, for the caches. */
function fetch(from: usize, end: usize): void {
  for (; from < end; from += LINE) load<u8>(from);
}

/** Writes the rows' values in the listed blocks, `[tile][half block][row of tile][4]`, with tiles as {@link multiplyRows} takes them. */
function gatherRows(
  to: usize,
  source: usize,
  bases: usize,
  rows: i32,
  blocks: usize,
  less: usize,
  end: usize,
): void {
  while (rows > 0) {
    const tile: i32 = POINTS == 6 && rows >= 6 ? 6 : 4;
    const step = (<usize>tile) << 4;
    for (let i: i32 = 0; i < tile; i++) {
      const row = source + <usize>load<u32>(bases + ((<usize>i) << 2));
      let at = to + ((<usize>i) << 4);
      let minus = less;
      for (let block = blocks; block < end; block += 4, at += 2 * step) {
        const from = row + <usize>load<u32>(block);
        let low = v128.load(from);
        let high = v128.load(from, 16);
        if (less) {
          const other = row + <usize>load<u32>(minus);
          low = f32x4.sub(low, v128.load(other));
          high = f32x4.sub(high, v128.load(other, 16));
          minus += 4;
        }
        v128.store(at, low);
        v128.store(at + step, high);
      }
    }
    to += (end - blocks) * ((<usize>tile) << 3);
    bases += (<usize>tile) << 2;
    rows -= tile;
  }
}

/** 6 rows by 2 units, which lie `unit` bytes into each panel. */
function dotTile6(
  out: usize,
  pitch: usize,
  values: usize,
  places: usize,
  end: usize,
  unit: usize,
  bias: usize,
  rectify: bool,
): void {
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
  for (; places < end; places += 4) {
    const w = unit + <usize>load<u32>(places);
    const w0 = v128.load(w);
    const w1 = v128.load(w, 32);
    const x0 = v128.load(values);
    a0 = multiplyAdd(x0, w0, a0);
    b0 = multiplyAdd(x0, w1, b0);
    const x1 = v128.load(values, 16);
    a1 = multiplyAdd(x1, w0, a1);
    b1 = multiplyAdd(x1, w1, b1);
    const x2 = v128.load(values, 32);
    a2 = multiplyAdd(x2, w0, a2);
    b2 = multiplyAdd(x2, w1, b2);
    const x3 = v128.load(values, 48);
    a3 = multiplyAdd(x3, w0, a3);
    b3 = multiplyAdd(x3, w1, b3);
    const x4 = v128.load(values, 64);
    a4 = multiplyAdd(x4, w0, a4);
    b4 = multiplyAdd(x4, w1, b4);
    const x5 = v128.load(values, 80);
    a5 = multiplyAdd(x5, w0, a5);
    b5 = multiplyAdd(x5, w1, b5);
    values += 96;
  }
  storeRows(out, pitch, sumsOf(a0, b0, a1, b1), bias, rectify, true);
  storeRows(out + 2 * pitch, pitch, sumsOf(a2, b2, a3, b3), bias, rectify, true);
  storeRows(out + 4 * pitch, pitch, sumsOf(a4, b4, a5, b5), bias, rectify, true);
}

/** {@link dotTile6} for up to 4 rows. */
function dotTile4(
  out: usize,
  pitch: usize,
  rows: u32,
  values: usize,
  places: usize,
  end: usize,
  unit: usize,
  bias: usize,
  rectify: bool,
): void {
  let a0 = f32x4.splat(0);
  let a1 = a0;
  let a2 = a0;
  let a3 = a0;
  let b0 = a0;
  let b1 = a0;
  let b2 = a0;
  let b3 = a0;
  for (; places < end; places += 4) {
    const w = unit + <usize>load<u32>(places);
    const w0 = v128.load(w);
    const w1 = v128.load(w, 32);
    const x0 = v128.load(values);
    a0 = multiplyAdd(x0, w0, a0);
    b0 = multiplyAdd(x0, w1, b0);
    const x1 = v128.load(values, 16);
    a1 = multiplyAdd(x1, w0, a1);
    b1 = multiplyAdd(x1, w1, b1);
    const x2 = v128.load(values, 32);
    a2 = multiplyAdd(x2, w0, a2);
    b2 = multiplyAdd(x2, w1, b2);
    const x3 = v128.load(values, 48);
    a3 = multiplyAdd(x3, w0, a3);
    b3 = multiplyAdd(x3, w1, b3);
    values += 64;
  }
  storeRows(out, pitch, sumsOf(a0, b0, a1, b1), bias, rectify, rows > 1);
  if (rows > 2) storeRows(out + 2 * pitch, pitch, sumsOf(a2, b2, a3, b3), bias, rectify, rows > 3);
}

/** [Σ a, Σ b, Σ c, Σ d], each over four lanes. */
function sumsOf(a: v128, b: v128, c: v128, d: v128): v128 {
  // a0 + a2, a1 + a3, b0 + b2, b1 + b3
  const ab = f32x4.add(v128.shuffle<f32>(a, b, 0, 1, 4, 5), v128.shuffle<f32>(a, b, 2, 3, 6, 7));
  const cd = f32x4.add(v128.shuffle<f32>(c, d, 0, 1, 4, 5), v128.shuffle<f32>(c, d, 2, 3, 6, 7));
  return f32x4.add(v128.shuffle<f32>(ab, cd, 0, 2, 4, 6), v128.shuffle<f32>(ab, cd, 1, 3, 5, 7));
}

/** Stores two units of a row, and of the row behind it when there are `two`. */
function storeRows(out: usize, pitch: usize, sums: v128, bias: usize, rectify: bool, two: bool): void {
  let before: v128;
  if (bias) before = v128.load64_splat(bias);
  else {
    before = v128.load64_zero(out);
    if (two) before = v128.load64_lane(out + pitch, before, 1);
  }
  sums = f32x4.add(sums, before);
  if (rectify) sums = f32x4.pmax(sums, f32x4.splat(0));
  v128.store64_lane(out, sums, 0);
  if (two) v128.store64_lane(out + pitch, sums, 1);
}

/**
 * {@link multiplyRows} for one row with all its blocks, and the same sums to the bit. Each weight is used once, so this runs at the speed
 * of memory. `bias` is an address.
 */
export function multiplyRow(
  out: usize,
  source: usize,
  blocks: u32,
  panels: usize,
  panelPitch: usize,
  units: u32,
  bias: usize,
  rectify: bool,
): void {
  for (let first: u32 = 0; first < blocks; first += CHUNK) {
    const length = min(CHUNK, blocks - first);
    const from = source + ((<usize>first) << 5);
    const end = from + ((<usize>length) << 5);
    const chunk = panels + <usize>first * panelPitch;
    const last = rectify && first + length == blocks;
    for (let group: usize = 0; group < units; group += UNITS) {
      const groupEnd = min(group + UNITS, <usize>units);
      for (let panel: u32 = 0; panel < length; panel++) {
        const at = chunk + <usize>panel * panelPitch;
        fetch(at + (group << 5), at + (groupEnd << 5));
      }
      for (let unit = group; unit < groupEnd; unit += 8) {
        const to = out + (unit << 2);
        const start = first == 0 ? bias + (unit << 2) : to;
        dotEight(to, from, end, chunk + (unit << 5), panelPitch, start, last);
      }
    }
  }
}

/** One row by 8 units. */
function dotEight(
  out: usize,
  value: usize,
  end: usize,
  panel: usize,
  panelPitch: usize,
  start: usize,
  rectify: bool,
): void {
  let a0 = f32x4.splat(0);
  let a1 = a0;
  let a2 = a0;
  let a3 = a0;
  let a4 = a0;
  let a5 = a0;
  let a6 = a0;
  let a7 = a0;
  for (; value < end; value += 32) {
    const low = v128.load(value);
    a0 = multiplyAdd(low, v128.load(panel), a0);
    a1 = multiplyAdd(low, v128.load(panel, 32), a1);
    a2 = multiplyAdd(low, v128.load(panel, 64), a2);
    a3 = multiplyAdd(low, v128.load(panel, 96), a3);
    a4 = multiplyAdd(low, v128.load(panel, 128), a4);
    a5 = multiplyAdd(low, v128.load(panel, 160), a5);
    a6 = multiplyAdd(low, v128.load(panel, 192), a6);
    a7 = multiplyAdd(low, v128.load(panel, 224), a7);
    const high = v128.load(value, 16);
    a0 = multiplyAdd(high, v128.load(panel, 16), a0);
    a1 = multiplyAdd(high, v128.load(panel, 48), a1);
    a2 = multiplyAdd(high, v128.load(panel, 80), a2);
    a3 = multiplyAdd(high, v128.load(panel, 112), a3);
    a4 = multiplyAdd(high, v128.load(panel, 144), a4);
    a5 = multiplyAdd(high, v128.load(panel, 176), a5);
    a6 = multiplyAdd(high, v128.load(panel, 208), a6);
    a7 = multiplyAdd(high, v128.load(panel, 240), a7);
    panel += panelPitch;
  }
  storeFour(out, sumsOf(a0, a1, a2, a3), start, rectify);
  storeFour(out + 16, sumsOf(a4, a5, a6, a7), start + 16, rectify);
}

function storeFour(out: usize, sums: v128, start: usize, rectify: bool): void {
  sums = f32x4.add(sums, v128.load(start));
  if (rectify) sums = f32x4.pmax(sums, f32x4.splat(0));
  v128.store(out, sums);
}

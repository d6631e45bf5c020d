/**
 * @module
 * The contraction of ./contract.ts for plans, whose pictures lie in blocks of 8 channels, `[block][row][column][8]`: what
 * comes out is such a picture again, so nothing is rearranged between two layers.
 *
 *     out[p · pointPitch + block · blockPitch][lane] = Σ over runs r, Σ over i < length:
 *         memory[source + bases[p] + offsets[r] + 4 i] · panels[block · panelPitch][r · length + i][lane]
 *
 * Points are pixels of a picture (pointPitch 32 bytes) or rows of a matrix (blockPitch 32 bytes). Every point and lane adds
 * its terms in this order wherever it stands, so equal windows give bitwise equal sums.
 */

import { multiplyAdd, PANEL_STEP, POINTS } from "./tile";

/**
 * Runs are summed in chunks of `runsPerChunk`, whose part of a panel stays in the L1 cache while all points pass by; the sums
 * of chunks are added. The first starts at `bias` (8 floats a block; zeros for none) and overwrites, or with 0 is added to
 * what is there. With `rectify` the last chunk ends in max(x, 0).
 */
export function contractBlocks(
  out: usize,
  pointPitch: usize,
  blockPitch: usize,
  source: usize,
  bases: usize,
  points: u32,
  offsets: usize,
  runs: u32,
  runsPerChunk: u32,
  length: u32,
  panels: usize,
  panelPitch: usize,
  blocks: u32,
  bias: usize,
  rectify: bool,
): void {
  const runBytes = <usize>length * PANEL_STEP;
  for (let run: u32 = 0; run < runs; run += runsPerChunk) {
    const chunk = min(runsPerChunk, runs - run);
    const chunkOffsets = offsets + ((<usize>run) << 2);
    const last = rectify && run + chunk == runs;
    for (let block: u32 = 0; block < blocks; block++) {
      const panel = panels + <usize>block * panelPitch + <usize>run * runBytes;
      const start = bias && run == 0 ? bias + ((<usize>block) << 5) : 0;
      let to = out + <usize>block * blockPitch;
      let base = bases;
      let left = points;
      if (POINTS == 6) {
        for (; left >= 6; left -= 6) {
          blockTile6(to, pointPitch, source, base, chunkOffsets, chunk, length, panel, start, last);
          to += 6 * pointPitch;
          base += 24;
        }
      }
      while (left > 0) {
        const count = min(4, left);
        blockTile4(to, pointPitch, source, base, count, chunkOffsets, chunk, length, panel, start, last);
        to += <usize>count * pointPitch;
        base += 16;
        left -= count;
      }
    }
  }
}

/** Up to 4 points by 8 lanes. `bases` must hold 4 entries whatever `points` is. */
export function blockTile4(
  out: usize,
  pitch: usize,
  source: usize,
  bases: usize,
  points: u32,
  offsets: usize,
  runs: u32,
  length: u32,
  panel: usize,
  bias: usize,
  rectify: bool,
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
  const base0 = source + <usize>load<u32>(bases);
  const base1 = source + <usize>load<u32>(bases, 4);
  const base2 = source + <usize>load<u32>(bases, 8);
  const base3 = source + <usize>load<u32>(bases, 12);
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
  const add = bias == 0;
  storePoint(out, add, rectify, a0, b0);
  if (points > 1) storePoint(out + pitch, add, rectify, a1, b1);
  if (points > 2) storePoint(out + 2 * pitch, add, rectify, a2, b2);
  if (points > 3) storePoint(out + 3 * pitch, add, rectify, a3, b3);
}

/** Exactly 6 points by 8 lanes: 12 accumulators. */
function blockTile6(
  out: usize,
  pitch: usize,
  source: usize,
  bases: usize,
  offsets: usize,
  runs: u32,
  length: u32,
  panel: usize,
  bias: usize,
  rectify: bool,
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
  const base0 = source + <usize>load<u32>(bases);
  const base1 = source + <usize>load<u32>(bases, 4);
  const base2 = source + <usize>load<u32>(bases, 8);
  const base3 = source + <usize>load<u32>(bases, 12);
  const base4 = source + <usize>load<u32>(bases, 16);
  const base5 = source + <usize>load<u32>(bases, 20);
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
  storePoint(out, add, rectify, a0, b0);
  storePoint(out + pitch, add, rectify, a1, b1);
  storePoint(out + 2 * pitch, add, rectify, a2, b2);
  storePoint(out + 3 * pitch, add, rectify, a3, b3);
  storePoint(out + 4 * pitch, add, rectify, a4, b4);
  storePoint(out + 5 * pitch, add, rectify, a5, b5);
}

function storePoint(out: usize, add: bool, rectify: bool, low: v128, high: v128): void {
  if (add) {
    low = f32x4.add(v128.load(out), low);
    high = f32x4.add(v128.load(out, 16), high);
  }
  if (rectify) {
    const zero = f32x4.splat(0);
    low = f32x4.pmax(low, zero);
    high = f32x4.pmax(high, zero);
  }
  v128.store(out, low);
  v128.store(out, high, 16);
}

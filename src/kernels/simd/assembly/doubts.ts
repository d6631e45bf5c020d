/**
 * @module
 * Pooling windows of a line whose winner rounding may have decided (src/runtime/line.ts): their values by the second convolution itself,
 * with the sums in the order of ./blocks.ts.
 */

import { blockTile4 } from "./blocks";
import { SCRATCH } from "./scratch";

/** In the scratch: four addresses of pixels, and 8 lanes of each from here on. */
const VALUES: usize = 32;

/**
 * Pools the listed places, (window, block) each, anew. The source is a picture in blocks with rows of `sourceWidth` pixels, from which
 * window w of `poolWidth` in a row takes the convolution at pixels (2 · row, 2 · column) and its neighbours; the other parameters are
 * those of `contractBlocks`, and y and places are in blocks of `total` windows, as `poolLine` writes them.
 */
export function decideWindows(
  entries: usize,
  end: usize,
  y: usize,
  places: usize,
  total: u32,
  poolWidth: u32,
  source: usize,
  sourceWidth: u32,
  offsets: usize,
  runs: u32,
  runsPerChunk: u32,
  length: u32,
  panels: usize,
  panelPitch: usize,
  bias: usize,
  rectify: bool,
): void {
  const rowBytes = sourceWidth << 5;
  for (; entries < end; entries += 8) {
    const window = load<u32>(entries);
    const block = <usize>load<u32>(entries, 4);
    const row = window / poolWidth;
    const corner = 2 * row * rowBytes + ((window - row * poolWidth) << 6);
    store<u32>(SCRATCH, corner);
    store<u32>(SCRATCH, corner + 32, 4);
    store<u32>(SCRATCH, corner + rowBytes, 8);
    store<u32>(SCRATCH, corner + rowBytes + 32, 12);
    let panel = panels + block * panelPitch;
    for (let run: u32 = 0; run < runs; run += runsPerChunk) {
      const chunk = min(runsPerChunk, runs - run);
      const start = run == 0 ? bias + (block << 5) : 0;
      const from = offsets + ((<usize>run) << 2);
      blockTile4(SCRATCH + VALUES, 32, source, SCRATCH, 4, from, chunk, length, panel, start, false);
      panel += (<usize>(chunk * length)) << 5;
    }
    const at = block * <usize>total + <usize>window;
    poolFour(y + (at << 5), places + (at << 3), SCRATCH + VALUES, rectify);
    poolFour(y + (at << 5) + 16, places + (at << 3) + 4, SCRATCH + VALUES + 16, rectify);
  }
}

/** Four channels of four pixels, 32 bytes apart: the first greatest wins. */
function poolFour(y: usize, places: usize, values: usize, rectify: bool): void {
  let best = v128.load(values);
  let place = i32x4.splat(0);
  for (let i: i32 = 1; i < 4; i++) {
    values += 32;
    const value = v128.load(values);
    const wins = f32x4.gt(value, best);
    best = v128.bitselect(value, best, wins);
    place = v128.bitselect(i32x4.splat(i), place, wins);
  }
  if (rectify) best = f32x4.pmax(best, f32x4.splat(0));
  v128.store(y, best);
  v128.store32_lane(places, i8x16.shuffle(place, place, 0, 4, 8, 12, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0), 0);
}

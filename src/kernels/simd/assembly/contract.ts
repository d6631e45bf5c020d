/** @module The one contraction that convolutions, their adjoints and matrix products are made of. */

import { PANEL_STEP, POINTS, tile4, tile6 } from "./tile";

/**
 * out[lane][point] = (or +=) Σ over all runs of the points' values times the panels' weights (see ./tile.ts).
 *
 * Lanes come in blocks of 8, the panel of a block begins `panelPitch` bytes after that of the block before; lane l of
 * the output begins at `out + l · outPitch`. `bases` holds one address for each point and at least 5 more entries.
 *
 * Runs are summed in chunks of `runsPerChunk`: the chunk's part of a panel stays in the L1 cache while all points pass
 * by, and a long sum is cut into partial sums, which keeps float32's rounding small. The first chunk starts at `bias`
 * and overwrites `out`; with bias 0 every chunk is added to what is there.
 */
export function contract(
  out: usize,
  outPitch: usize,
  bases: usize,
  points: u32,
  offsets: usize,
  runs: u32,
  runsPerChunk: u32,
  length: u32,
  panels: usize,
  panelPitch: usize,
  lanes: u32,
  bias: usize,
): void {
  const runBytes = <usize>length * PANEL_STEP;
  for (let run: u32 = 0; run < runs; run += runsPerChunk) {
    const chunk = min(runsPerChunk, runs - run);
    const chunkOffsets = offsets + ((<usize>run) << 2);
    for (let lane: u32 = 0; lane < lanes; lane += 8) {
      const panel = panels + <usize>(lane >> 3) * panelPitch + <usize>run * runBytes;
      const blockLanes = min(8, lanes - lane);
      const start = bias && run == 0 ? bias + ((<usize>lane) << 2) : 0;
      let to = out + <usize>lane * outPitch;
      let base = bases;
      let left = points;
      if (POINTS == 6) {
        for (; left >= 6; left -= 6) {
          tile6(to, outPitch, base, chunkOffsets, chunk, length, panel, blockLanes, start);
          to += 24;
          base += 24;
        }
      }
      while (left > 0) {
        const count = min(4, left);
        tile4(to, outPitch, base, count, chunkOffsets, chunk, length, panel, blockLanes, start);
        to += 16;
        base += 16;
        left -= count;
      }
    }
  }
}

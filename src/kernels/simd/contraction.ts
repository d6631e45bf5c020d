/** @module Correlations by the tiled contraction: points are target pixels, lanes are target channels. */

import type { Arena } from "./arena.ts";
import type { SimdCode } from "./exports/index.ts";
import type { Correlation } from "./correlation.ts";
import { extentOf, isContiguous, type Extent, type Sweep } from "./sweep.ts";

/** Terms in a chunk of a sum: 512 × 8 lanes × 4 bytes of a panel are half of a small L1 cache. */
const CHUNK_TERMS = 512;

/**
 * Source channels of a block. A sum runs over blocks, then rows and columns of the kernel, then channels of the block, and
 * starts at the bias: the order of oneDNN's convolution for AVX2. With a fused multiply-add (relaxed SIMD) sums of up to
 * {@link CHUNK_TERMS} terms are therefore PyTorch's to the bit on such machines, and so is what max-pooling decides on them.
 */
const BLOCK = 8;

/** Tables of points are read this much beyond their end, in tiles of up to 6. */
const TABLE_SLACK = 6;

/** The source as packed: `[depth block][row][column][channel of block]`. */
interface Packing {
  readonly address: number;
  readonly rows: Extent;
  readonly columns: Extent;
  readonly blocks: number;
  readonly block: number;
}

/** What one pair of sweeps needs: tables and weights in the arena. */
interface Phase {
  readonly rows: Sweep;
  readonly columns: Sweep;
  readonly points: number;
  readonly bases: number;
  readonly offsets: number;
  readonly runs: number;
  readonly runsPerChunk: number;
  readonly length: number;
  readonly panels: number;
  readonly panelPitch: number;
  readonly groupPanels: number;
}

/** Computes a correlation, image by image and group by group. */
export function contractPixels(arena: Arena, code: SimdCode, c: Correlation): void {
  const lanes = c.targetChannels / c.groups;
  const depth = c.sourceChannels / c.groups;
  const sourcePlane = c.sourceHeight * c.sourceWidth;
  const targetPlane = c.targetHeight * c.targetWidth;
  if (c.rows.length === 0 || c.columns.length === 0 || targetPlane === 0) return;

  arena.reset();
  const source = arena.take(c.sourceChannels * sourcePlane);
  const target = arena.take(c.targetChannels * targetPlane);
  const packing = planPacking(arena, c, depth);
  const phases = planPhases(arena, code, c, packing);
  const bias = takeBias(arena, c, lanes);
  const { first: firstRow, length: rows } = packing.rows;
  const { first: firstColumn, length: columns } = packing.columns;
  // A single phase fills the target without gaps; several go through a buffer and are spread out.
  const direct = phases.length === 1 && c.rows[0].step === 1 && c.columns[0].step === 1;
  const part = direct ? 0 : arena.take(lanes * Math.max(...phases.map((phase) => phase.points)));
  const biasPitch = 4 * lanesRounded(lanes);

  for (let n = 0; n < c.batch; n++) {
    const targetStart = n * c.targetChannels * targetPlane;
    arena.write(source, c.source, n * c.sourceChannels * sourcePlane, c.sourceChannels * sourcePlane);
    if (c.add) arena.write(target, c.target, targetStart, c.targetChannels * targetPlane);
    for (let group = 0; group < c.groups; group++) {
      const from = source + 4 * group * depth * sourcePlane;
      const to = target + 4 * group * lanes * targetPlane;
      code.packPixels(
        packing.address,
        from,
        depth,
        c.sourceHeight,
        c.sourceWidth,
        packing.block,
        firstRow,
        rows,
        firstColumn,
        columns,
      );
      for (const phase of phases) {
        // Adding needs no bias, but a buffered phase starts at a bias of zero, because the buffer is not clean.
        const start = c.add && direct ? 0 : bias + group * biasPitch;
        code.contract(
          direct ? to : part,
          4 * phase.points,
          phase.bases,
          phase.points,
          phase.offsets,
          phase.runs,
          phase.runsPerChunk,
          phase.length,
          phase.panels + group * phase.groupPanels,
          phase.panelPitch,
          lanes,
          start,
        );
        if (direct) continue;
        code.spreadPhase(
          to,
          c.targetHeight,
          c.targetWidth,
          phase.rows.start,
          phase.rows.step,
          phase.columns.start,
          phase.columns.step,
          part,
          phase.points,
          phase.columns.count,
          lanes,
          phase.rows.count,
          phase.columns.count,
          c.add ? 1 : 0,
        );
      }
    }
    arena.read(target, c.target, targetStart, c.targetChannels * targetPlane);
  }
}

/** Splits the source channels into blocks of 8, and takes room for one group. */
function planPacking(arena: Arena, c: Correlation, depth: number): Packing {
  const rows = extentOf(c.rows);
  const columns = extentOf(c.columns);
  const block = Math.min(depth, BLOCK);
  const blocks = Math.ceil(depth / block);
  return {
    address: arena.take(blocks * rows.length * columns.length * block),
    rows,
    columns,
    blocks,
    block,
  };
}

/** Writes the tables and packs the weights of every pair of sweeps. */
function planPhases(arena: Arena, code: SimdCode, c: Correlation, packing: Packing): Phase[] {
  const weight = arena.take(c.weight.length);
  arena.write(weight, c.weight, 0, c.weight.length);
  const phases: Phase[] = [];
  for (const rows of c.rows) {
    for (const columns of c.columns) phases.push(planPhase(arena, code, c, packing, weight, rows, columns));
  }
  return phases;
}

function planPhase(
  arena: Arena,
  code: SimdCode,
  c: Correlation,
  packing: Packing,
  weight: number,
  rows: Sweep,
  columns: Sweep,
): Phase {
  const { block, blocks } = packing;
  const lanes = c.targetChannels / c.groups;
  const depth = c.sourceChannels / c.groups;
  // Floats from one pixel, row and depth block of the packed source to the next.
  const rowPitch = packing.columns.length * block;
  const blockPitch = packing.rows.length * rowPitch;

  const points = rows.count * columns.count;
  const bases = arena.take(points + TABLE_SLACK);
  let at = bases >>> 2;
  let base = 0;
  for (let row = 0; row < rows.count; row++) {
    for (let column = 0; column < columns.count; column++) {
      base = packing.address + 4 * (row * rows.sourceStep * rowPitch + column * columns.sourceStep * block);
      arena.integers[at++] = base;
    }
  }
  // Tiles at the end compute the last point again instead of reading elsewhere.
  arena.integers.fill(base, at, at + TABLE_SLACK);

  // One run for a row of neighbouring taps, or one for each tap; the panel's terms follow in the same order either way.
  const contiguous = isContiguous(columns);
  const columnRuns = contiguous ? 1 : columns.taps.length;
  const tapCount = rows.taps.length * columns.taps.length;
  const blocksPerChunk = Math.max(1, Math.floor(CHUNK_TERMS / (tapCount * block)));
  const runsPerBlock = rows.taps.length * columnRuns;
  const runs = blocks * runsPerBlock;
  const offsets = arena.take(runs);
  at = offsets >>> 2;
  for (let b = 0; b < blocks; b++) {
    for (const { source: y } of rows.taps) {
      for (let run = 0; run < columnRuns; run++) {
        const row = b * blockPitch + (y - packing.rows.first) * rowPitch;
        arena.integers[at++] = 4 * (row + (columns.taps[run].source - packing.columns.first) * block);
      }
    }
  }

  const taps = arena.take(tapCount);
  at = taps >>> 2;
  for (const { kernel: y } of rows.taps) {
    for (const { kernel: x } of columns.taps) arena.integers[at++] = y * c.kernelWidth + x;
  }
  const panelFloats = blocks * tapCount * block * 8;
  const groupFloats = Math.ceil(lanes / 8) * panelFloats;
  const panels = arena.take(c.groups * groupFloats);
  for (let group = 0; group < c.groups; group++) {
    code.packPanels(
      panels + 4 * group * groupFloats,
      weight + 4 * group * c.groupStride,
      lanes,
      c.laneStride,
      depth,
      c.depthStride,
      block,
      taps,
      tapCount,
    );
  }
  return {
    rows,
    columns,
    points,
    bases,
    offsets,
    runs,
    runsPerChunk: blocksPerChunk * runsPerBlock,
    length: block * (contiguous ? columns.taps.length : 1),
    panels,
    panelPitch: 4 * panelFloats,
    groupPanels: 4 * groupFloats,
  };
}

/** The bias, or zeros, with each group's part rounded up to whole blocks of 8. */
function takeBias(arena: Arena, c: Correlation, lanes: number): number {
  const pitch = lanesRounded(lanes);
  const bias = arena.take(c.groups * pitch);
  arena.clear(bias, c.groups * pitch);
  if (c.bias !== null) {
    for (let group = 0; group < c.groups; group++) {
      arena.write(bias + 4 * group * pitch, c.bias, group * lanes, lanes);
    }
  }
  return bias;
}

function lanesRounded(lanes: number): number {
  return 8 * Math.ceil(lanes / 8);
}

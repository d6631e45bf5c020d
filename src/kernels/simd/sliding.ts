/** @module Correlations with few target channels in a group (depthwise), computed along rows. */

import type { Arena } from "./arena.ts";
import type { SimdCode } from "./exports/index.ts";
import type { Correlation } from "./correlation.ts";
import { extentOf, type Sweep } from "./sweep.ts";

/** What one pair of sweeps needs: byte offsets of its taps, and their weights for every target channel. */
interface Phase {
  readonly rows: Sweep;
  readonly columns: Sweep;
  readonly offsets: number;
  readonly weights: number;
  readonly taps: number;
}

/**
 * Computes a correlation, image by image and target channel by target channel. Source planes are padded and split by
 * stride, so that tap t of consecutive targets reads consecutive floats; a whole plane is one such row, with the
 * padding's columns as garbage between the target's rows.
 */
export function slideRows(arena: Arena, code: SimdCode, c: Correlation): void {
  const lanes = c.targetChannels / c.groups;
  const depth = c.sourceChannels / c.groups;
  const sourcePlane = c.sourceHeight * c.sourceWidth;
  const targetPlane = c.targetHeight * c.targetWidth;
  if (c.rows.length === 0 || c.columns.length === 0 || targetPlane === 0) return;

  const rowExtent = extentOf(c.rows);
  const columnExtent = extentOf(c.columns);
  const strideHeight = c.rows[0].sourceStep;
  const strideWidth = c.columns[0].sourceStep;
  const rows = Math.ceil(rowExtent.length / strideHeight);
  const columns = Math.ceil(columnExtent.length / strideWidth);
  const phaseFloats = rows * columns;

  arena.reset();
  const source = arena.take(c.sourceChannels * sourcePlane);
  const target = arena.take(c.targetChannels * targetPlane);
  const packed = arena.take(depth * strideHeight * strideWidth * phaseFloats);
  const part = arena.take(phaseFloats);
  const phases: Phase[] = [];
  for (const rowSweep of c.rows) {
    for (const columnSweep of c.columns) {
      const taps = depth * rowSweep.taps.length * columnSweep.taps.length;
      const offsets = arena.take(taps);
      const weights = arena.take(taps * c.targetChannels);
      let at = 0;
      for (let d = 0; d < depth; d++) {
        for (const { kernel: ky, source: sy } of rowSweep.taps) {
          for (const { kernel: kx, source: sx } of columnSweep.taps) {
            const y = sy - rowExtent.first;
            const x = sx - columnExtent.first;
            const plane = (d * strideHeight + (y % strideHeight)) * strideWidth + (x % strideWidth);
            const pixel = Math.floor(y / strideHeight) * columns + Math.floor(x / strideWidth);
            arena.integers[(offsets >>> 2) + at] = 4 * (plane * phaseFloats + pixel);
            for (let channel = 0; channel < c.targetChannels; channel++) {
              const group = Math.floor(channel / lanes);
              const filter = group * c.groupStride + (channel % lanes) * c.laneStride + d * c.depthStride;
              arena.floats[(weights >>> 2) + channel * taps + at] =
                c.weight[filter + ky * c.kernelWidth + kx];
            }
            at++;
          }
        }
      }
      phases.push({ rows: rowSweep, columns: columnSweep, offsets, weights, taps });
    }
  }

  for (let n = 0; n < c.batch; n++) {
    const targetStart = n * c.targetChannels * targetPlane;
    arena.write(source, c.source, n * c.sourceChannels * sourcePlane, c.sourceChannels * sourcePlane);
    if (c.add) arena.write(target, c.target, targetStart, c.targetChannels * targetPlane);
    for (let channel = 0; channel < c.targetChannels; channel++) {
      if (channel % lanes === 0) {
        const from = source + 4 * (channel / lanes) * depth * sourcePlane;
        code.packPlanes(
          packed,
          from,
          depth,
          c.sourceHeight,
          c.sourceWidth,
          strideHeight,
          strideWidth,
          rowExtent.first,
          rows,
          columnExtent.first,
          columns,
        );
      }
      for (const phase of phases) {
        const length = (phase.rows.count - 1) * columns + phase.columns.count;
        const weights = phase.weights + 4 * channel * phase.taps;
        const bias = c.bias === null ? 0 : c.bias[channel];
        code.slide(part, packed, length, phase.offsets, weights, phase.taps, bias);
        code.spreadPhase(
          target + 4 * channel * targetPlane,
          c.targetHeight,
          c.targetWidth,
          phase.rows.start,
          phase.rows.step,
          phase.columns.start,
          phase.columns.step,
          part,
          phaseFloats,
          columns,
          1,
          phase.rows.count,
          phase.columns.count,
          c.add ? 1 : 0,
        );
      }
    }
    arena.read(target, c.target, targetStart, c.targetChannels * targetPlane);
  }
}

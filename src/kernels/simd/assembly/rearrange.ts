/** @module Moves data into the orders that the contraction reads, and back. All pitches and strides count floats. */

import { storeTransposed } from "./tile";

/**
 * Transposes a matrix: `to[column · toPitch + row] = from[row · fromPitch + column]`, in blocks of 4 × 4. Blocks at the
 * edges overlap their neighbours, which writes some values twice; matrices narrower than 4 go element by element.
 */
export function transpose(
  to: usize,
  toPitch: u32,
  from: usize,
  fromPitch: u32,
  rows: u32,
  columns: u32,
): void {
  const toBytes = (<usize>toPitch) << 2;
  const fromBytes = (<usize>fromPitch) << 2;
  if (rows < 4 || columns < 4) {
    for (let row: u32 = 0; row < rows; row++) {
      let source = from + <usize>row * fromBytes;
      let target = to + ((<usize>row) << 2);
      for (let column: u32 = 0; column < columns; column++) {
        store<f32>(target, load<f32>(source));
        source += 4;
        target += toBytes;
      }
    }
    return;
  }
  const lastRow = rows - 4;
  const lastColumn = columns - 4;
  for (let row: u32 = 0; ; row = min(row + 4, lastRow)) {
    const r0 = from + <usize>row * fromBytes;
    const target = to + ((<usize>row) << 2);
    for (let column: u32 = 0; ; column = min(column + 4, lastColumn)) {
      const source = r0 + ((<usize>column) << 2);
      storeTransposed(
        target + <usize>column * toBytes,
        toBytes,
        false,
        v128.load(source),
        v128.load(source + fromBytes),
        v128.load(source + 2 * fromBytes),
        v128.load(source + 3 * fromBytes),
      );
      if (column == lastColumn) break;
    }
    if (row == lastRow) break;
  }
}

/** Copies a part of a matrix: `to[row · toPitch + column] = from[row · fromPitch + column]`. */
export function copyColumns(
  to: usize,
  toPitch: u32,
  from: usize,
  fromPitch: u32,
  rows: u32,
  columns: u32,
): void {
  for (let row: u32 = 0; row < rows; row++) {
    if (columns == 8) {
      v128.store(to, v128.load(from));
      v128.store(to, v128.load(from, 16), 16);
    } else {
      memory.copy(to, from, (<usize>columns) << 2);
    }
    to += (<usize>toPitch) << 2;
    from += (<usize>fromPitch) << 2;
  }
}

/**
 * A matrix as panels of 8 columns, `[column / 8][row][8]`, `panelPitch` bytes apart: `to[panel][row][i] = from[row · fromPitch + 8 panel + i]`.
 * What the last panel has beyond the columns is left alone. Four rows at a time: of more, lines of the cache that lie a
 * multiple of 4096 bytes apart drive each other out before their second half is read.
 */
export function cutIntoPanels(
  to: usize,
  panelPitch: usize,
  from: usize,
  fromPitch: u32,
  rows: u32,
  columns: u32,
): void {
  for (let row: u32 = 0; row < rows; row += 4) {
    const count = min(4, rows - row);
    let target = to + ((<usize>row) << 5);
    let source = from + ((<usize>(row * fromPitch)) << 2);
    for (let column: u32 = 0; column < columns; column += 8) {
      copyColumns(target, 8, source, fromPitch, count, min(8, columns - column));
      target += panelPitch;
      source += 32;
    }
  }
}

/**
 * Pixels with their channels together: `from[channel][y][x]` to `to[block][row][column][channel of block]`, where
 * (row, column) shows pixel (firstRow + row, firstColumn + column), and zero outside the picture and beyond the last channel.
 */
export function packPixels(
  to: usize,
  from: usize,
  channels: u32,
  height: i32,
  width: i32,
  block: u32,
  firstRow: i32,
  rows: i32,
  firstColumn: i32,
  columns: i32,
): void {
  const plane = height * width;
  const top = max(0, -firstRow);
  const bottom = min(rows, height - firstRow);
  const left = max(0, -firstColumn);
  const right = min(columns, width - firstColumn);
  const whole = top == 0 && bottom == rows && left == 0 && right == columns;
  const blockBytes = <usize>(rows * columns) * ((<usize>block) << 2);
  for (let channel: u32 = 0; channel < channels; channel += block) {
    const count = min(block, channels - channel);
    const source = from + ((<usize>channel * plane) << 2);
    if (!whole || count < block) memory.fill(to, 0, blockBytes);
    if (whole && columns == width) {
      // No column lies between the rows, so the planes are one matrix.
      transpose(to, block, source + ((<usize>firstRow * width) << 2), plane, count, rows * columns);
    } else if (right > left) {
      for (let row = top; row < bottom; row++) {
        const target = to + ((<usize>(row * columns + left) * block) << 2);
        const line = source + ((<usize>((row + firstRow) * width + left + firstColumn)) << 2);
        transpose(target, block, line, plane, count, right - left);
      }
    }
    to += blockBytes;
  }
}

/**
 * Padded planes, split by stride: `to[channel][phaseRow][phaseColumn][row][column]` shows pixel
 * `(row · strideHeight + phaseRow + firstRow, column · strideWidth + phaseColumn + firstColumn)` of `from[channel]`, and zero
 * outside the picture. A window's tap then meets consecutive floats as the window moves, whatever the stride.
 */
export function packPlanes(
  to: usize,
  from: usize,
  channels: u32,
  height: i32,
  width: i32,
  strideHeight: i32,
  strideWidth: i32,
  firstRow: i32,
  rows: i32,
  firstColumn: i32,
  columns: i32,
): void {
  const plane = (<usize>(height * width)) << 2;
  const bytes = (<usize>(rows * columns)) << 2;
  for (let channel: u32 = 0; channel < channels; channel++) {
    for (let phaseRow = firstRow; phaseRow < firstRow + strideHeight; phaseRow++) {
      for (let phaseColumn = firstColumn; phaseColumn < firstColumn + strideWidth; phaseColumn++) {
        memory.fill(to, 0, bytes);
        const left = phaseColumn < 0 ? (strideWidth - 1 - phaseColumn) / strideWidth : 0;
        const right = min(
          columns,
          phaseColumn < width ? (width - phaseColumn + strideWidth - 1) / strideWidth : 0,
        );
        for (let row = 0; row < rows; row++) {
          const y = row * strideHeight + phaseRow;
          if (y < 0 || y >= height || right <= left) continue;
          let target = to + ((<usize>(row * columns + left)) << 2);
          let source = from + ((<usize>(y * width + left * strideWidth + phaseColumn)) << 2);
          const lineBytes = (<usize>(right - left)) << 2;
          if (strideWidth == 1) {
            memory.copy(target, source, lineBytes);
          } else {
            const end = target + lineBytes;
            for (; target < end; target += 4) {
              store<f32>(target, load<f32>(source));
              source += (<usize>strideWidth) << 2;
            }
          }
        }
        to += bytes;
      }
    }
    from += plane;
  }
}

/**
 * Weights as panels: `to[lane block][depth block][tap][depth of block][8 lanes]` takes
 * `from[lane · laneStride + depth · depthStride + taps[tap]]`, zero beyond the last lane and depth.
 */
export function packPanels(
  to: usize,
  from: usize,
  lanes: u32,
  laneStride: u32,
  depth: u32,
  depthStride: u32,
  block: u32,
  taps: usize,
  tapCount: u32,
): void {
  const laneBytes = (<usize>laneStride) << 2;
  const depthBytes = (<usize>depthStride) << 2;
  const tapsEnd = taps + ((<usize>tapCount) << 2);
  for (let lane: u32 = 0; lane < lanes; lane += 8) {
    const left = lanes - lane;
    for (let first: u32 = 0; first < depth; first += block) {
      const count = min(block, depth - first);
      for (let tap = taps; tap < tapsEnd; tap += 4) {
        let source =
          from + <usize>lane * laneBytes + <usize>first * depthBytes + ((<usize>load<u32>(tap)) << 2);
        for (let d: u32 = 0; d < count; d++) {
          v128.store(to, gather(source, laneBytes, left));
          v128.store(to, left > 4 ? gather(source + 4 * laneBytes, laneBytes, left - 4) : f32x4.splat(0), 16);
          source += depthBytes;
          to += 32;
        }
        const missing = (<usize>(block - count)) << 5;
        memory.fill(to, 0, missing);
        to += missing;
      }
    }
  }
}

/** Four floats `step` bytes apart, or as many as there are, then zeros. */
function gather(from: usize, step: usize, count: u32): v128 {
  let v = v128.load32_zero(from);
  if (count >= 4) {
    v = v128.load32_lane(from + step, v, 1);
    v = v128.load32_lane(from + 2 * step, v, 2);
    return v128.load32_lane(from + 3 * step, v, 3);
  }
  if (count > 1) v = v128.load32_lane(from + step, v, 1);
  if (count > 2) v = v128.load32_lane(from + 2 * step, v, 2);
  return v;
}

/**
 * Adds (or writes) one phase of a strided picture, plane by plane:
 * `to[plane][firstRow + row · strideHeight][firstColumn + column · strideWidth] += from[plane][row][column]`.
 * `from` has rows of `fromColumns` floats and planes of `fromPlane`; `to` is `height × width`.
 */
export function spreadPhase(
  to: usize,
  height: u32,
  width: u32,
  firstRow: u32,
  strideHeight: u32,
  firstColumn: u32,
  strideWidth: u32,
  from: usize,
  fromPlane: u32,
  fromColumns: u32,
  planes: u32,
  rows: u32,
  columns: u32,
  add: bool,
): void {
  for (let plane: u32 = 0; plane < planes; plane++) {
    for (let row: u32 = 0; row < rows; row++) {
      let source = from + ((<usize>(plane * fromPlane + row * fromColumns)) << 2);
      let target =
        to + ((<usize>((plane * height + firstRow + row * strideHeight) * width + firstColumn)) << 2);
      if (strideWidth == 1 && !add) {
        memory.copy(target, source, (<usize>columns) << 2);
        continue;
      }
      const step = (<usize>strideWidth) << 2;
      const end = source + ((<usize>columns) << 2);
      for (; source < end; source += 4) {
        store<f32>(target, add ? load<f32>(target) + load<f32>(source) : load<f32>(source));
        target += step;
      }
    }
  }
}

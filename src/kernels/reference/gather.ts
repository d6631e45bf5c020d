/**
 * @module
 * Copying by a table of positions, the same for every block of an array: padding and its kin.
 */

import type { FloatArray } from "../geometry.ts";

/** In a table of sources: this position is filled, not copied. */
export const FILL = -1;

/**
 * The table of a block of several dimensions from one table for each dimension: `lines[d][i]` is the source index of
 * index i along dimension d, or {@link FILL}, which fills everything at that index.
 * @param sizes of the source block
 */
export function blockSources(lines: readonly Int32Array[], sizes: readonly number[]): Int32Array {
  let table = Int32Array.of(0);
  lines.forEach((line, d) => {
    const next = new Int32Array(table.length * line.length);
    for (let outer = 0; outer < table.length; outer++) {
      const base = table[outer] * sizes[d];
      for (let i = 0; i < line.length; i++) {
        const filled = table[outer] === FILL || line[i] === FILL;
        next[outer * line.length + i] = filled ? FILL : base + line[i];
      }
    }
    table = next;
  });
  return table;
}

/** y = x at the table's positions, block by block; `fill` where the table says so. A block of x has `inBlock` elements. */
export function gatherBlocks(
  y: FloatArray,
  x: FloatArray,
  sources: Int32Array,
  inBlock: number,
  fill: number,
): void {
  for (let start = 0, base = 0; start < y.length; start += sources.length, base += inBlock) {
    for (let i = 0; i < sources.length; i++) {
      y[start + i] = sources[i] === FILL ? fill : x[base + sources[i]];
    }
  }
}

/** dx += dy at the table's positions: the adjoint of {@link gatherBlocks}. */
export function scatterBlocks(dx: FloatArray, dy: FloatArray, sources: Int32Array, inBlock: number): void {
  for (let start = 0, base = 0; start < dy.length; start += sources.length, base += inBlock) {
    for (let i = 0; i < sources.length; i++) {
      if (sources[i] !== FILL) dx[base + sources[i]] += dy[start + i];
    }
  }
}

/** @module The matrix product for float32, on the WebAssembly kernels. */

import type { MatmulGeometry } from "../geometry.ts";
import type { Arena } from "./arena.ts";
import type { SimdCode } from "./exports/index.ts";

/** A sum over k is cut into partial sums of this many terms: one running float32 sum of 9,216 costs 1.7e-5. */
const CHUNK_TERMS = 256;

/** Terms of k that are copied at a time, and the floats of a block of A or B: 512 KB each, for the L2 cache. */
const BLOCK_TERMS = 1024;
const BLOCK_FLOATS = 131072;

/** Up to this many rows of A, B passes by once as it lies, without panels whose eight lanes would be mostly empty. */
const FEW_ROWS = 4;

/** c += op(a) · op(b), batch by batch; shapes and strides as in the geometry. */
export function matmul(
  arena: Arena,
  code: SimdCode,
  c: Float32Array,
  a: Float32Array,
  b: Float32Array,
  g: MatmulGeometry,
): void {
  const { m, n, k } = g;
  if (m === 0 || n === 0 || k === 0) return;
  const oneProduct =
    g.batchStrideB === 0 && !g.transposeA && g.batchStrideA === m * k && g.batchStrideC === m * n;
  const batch = oneProduct ? Math.min(g.batch, 1) : g.batch;
  const rows = oneProduct ? m * g.batch : m;
  const multiply = rows <= FEW_ROWS ? multiplyFewRows : multiplyBlocks;
  for (let i = 0; i < batch; i++) {
    multiply(arena, code, {
      m: rows,
      n,
      k,
      a: { data: a, start: i * g.batchStrideA, pitch: g.transposeA ? m : k, alongK: !g.transposeA },
      b: { data: b, start: i * g.batchStrideB, pitch: g.transposeB ? k : n, alongK: g.transposeB },
      c: { data: c, start: i * g.batchStrideC, pitch: n },
    });
  }
}

/** A matrix inside an array: rows of `pitch` floats from `start`. */
interface Stored {
  readonly data: Float32Array;
  readonly start: number;
  readonly pitch: number;
}

/** An operand; its rows run along k, or across it. */
interface Operand extends Stored {
  readonly alongK: boolean;
}

interface Product {
  readonly m: number;
  readonly n: number;
  readonly k: number;
  readonly a: Operand;
  readonly b: Operand;
  readonly c: Stored;
}

/**
 * The contraction with columns of B as points and rows of A as lanes, block by block. B's block holds for each column
 * its terms in a row, A's block panels of 8 rows; what comes out are rows of C.
 */
function multiplyBlocks(arena: Arena, code: SimdCode, { m, n, k, a, b, c }: Product): void {
  const depth = Math.min(k, BLOCK_TERMS);
  // Rows a multiple of 4096 bytes apart would compete for the same lines of the L1 cache.
  const pitch = depth % 64 === 0 ? depth + 16 : depth;
  const mostRows = Math.min(m, Math.max(8, 8 * Math.floor(BLOCK_FLOATS / depth / 8)));
  const mostColumns = Math.min(n, Math.max(12, 12 * Math.floor(BLOCK_FLOATS / depth / 12)));

  arena.reset();
  const panels = arena.take(8 * Math.ceil(mostRows / 8) * depth);
  const points = arena.take(mostColumns * pitch);
  const raw = arena.take(Math.max(mostRows, mostColumns) * depth);
  const result = arena.take(mostRows * mostColumns);
  const bases = arena.take(mostColumns + 6);
  const offsets = arena.take(Math.ceil(depth / CHUNK_TERMS));
  for (let i = 0; i < mostColumns + 6; i++) {
    arena.integers[(bases >>> 2) + i] = points + 4 * pitch * Math.min(i, mostColumns - 1);
  }
  for (let i = 0; i * CHUNK_TERMS < depth; i++) arena.integers[(offsets >>> 2) + i] = 4 * CHUNK_TERMS * i;

  for (let row = 0; row < m; row += mostRows) {
    const rows = Math.min(mostRows, m - row);
    for (let column = 0; column < n; column += mostColumns) {
      const columns = Math.min(mostColumns, n - column);
      writeRows(arena, result, columns, c, row, rows, column, columns);
      for (let term = 0; term < k; term += depth) {
        const terms = Math.min(depth, k - term);
        packPanels(arena, code, panels, raw, a, row, rows, term, terms);
        if (b.alongK) {
          writeRows(arena, points, pitch, b, column, columns, term, terms);
        } else {
          writeRows(arena, raw, columns, b, term, terms, column, columns);
          code.transpose(points, pitch, raw, columns, terms, columns);
        }
        const runs = Math.floor(terms / CHUNK_TERMS);
        const rest = terms - runs * CHUNK_TERMS;
        // Runs have one length; the rest of k is a contraction of its own.
        for (const [skip, count, length] of [
          [0, runs, CHUNK_TERMS],
          [runs * CHUNK_TERMS, 1, rest],
        ]) {
          if (count === 0 || length === 0) continue;
          code.contract(
            result,
            4 * columns,
            bases,
            columns,
            offsets + (skip / CHUNK_TERMS) * 4,
            count,
            1,
            length,
            panels + 32 * skip,
            32 * terms,
            rows,
            0,
          );
        }
      }
      for (let i = 0; i < rows; i++) {
        arena.read(result + 4 * i * columns, c.data, c.start + (row + i) * c.pitch + column, columns);
      }
    }
  }
}

/** Copies a part of a stored matrix to rows of `pitch` floats. */
function writeRows(
  arena: Arena,
  to: number,
  pitch: number,
  from: Stored,
  row: number,
  rows: number,
  column: number,
  columns: number,
): void {
  const start = from.start + row * from.pitch + column;
  if (columns === from.pitch && columns === pitch) {
    arena.write(to, from.data, start, rows * columns);
    return;
  }
  for (let i = 0; i < rows; i++) arena.write(to + 4 * i * pitch, from.data, start + i * from.pitch, columns);
}

/** Rows `row …` and terms `term …` of op(A) as panels `[block of 8 rows][term][8]`. */
function packPanels(
  arena: Arena,
  code: SimdCode,
  panels: number,
  raw: number,
  a: Operand,
  row: number,
  rows: number,
  term: number,
  terms: number,
): void {
  if (a.alongK) writeRows(arena, raw, terms, a, row, rows, term, terms);
  else writeRows(arena, raw, rows, a, term, terms, row, rows);
  for (let first = 0; first < rows; first += 8) {
    const count = Math.min(8, rows - first);
    const panel = panels + 4 * first * terms;
    // The last block's missing lanes are multiplied too, though not stored.
    if (count < 8) arena.clear(panel, 8 * terms);
    if (a.alongK) code.transpose(panel, 8, raw + 4 * first * terms, terms, count, terms);
    else code.copyColumns(panel, 8, raw + 4 * first, rows, terms, count);
  }
}

/** Few rows of A against all of B, which is copied through in blocks and read once for each row. */
function multiplyFewRows(arena: Arena, code: SimdCode, { m, n, k, a, b, c }: Product): void {
  const depth = Math.min(k, b.alongK ? CHUNK_TERMS * 4 : 64);
  const width = Math.min(n, 4 * Math.ceil(BLOCK_FLOATS / depth / 4));
  // dotRows takes 8 terms at a time, addScaledRows 4 rows and columns at a time: what is missing is zero.
  const pitch = b.alongK ? 8 * Math.ceil(depth / 8) + 16 : 4 * Math.ceil(width / 4) + 16;
  const blockRows = 4 * Math.ceil((b.alongK ? width : depth) / 4);

  arena.reset();
  const left = arena.take(m * (depth + 8));
  const block = arena.take(blockRows * pitch);
  const sums = arena.take(4 * Math.ceil(width / 4));
  arena.clear(block, blockRows * pitch);

  for (let column = 0; column < n; column += width) {
    const columns = Math.min(width, n - column);
    for (let term = 0; term < k; term += depth) {
      const terms = Math.min(depth, k - term);
      writeTerms(arena, left, depth + 8, a, m, term, terms);
      // Zero times what an earlier block left there would be NaN if that was infinite.
      if (terms < depth) arena.clear(block, blockRows * pitch);
      if (b.alongK) writeRows(arena, block, pitch, b, column, columns, term, terms);
      else writeRows(arena, block, pitch, b, term, terms, column, columns);
      for (let row = 0; row < m; row++) {
        const vector = left + 4 * row * (depth + 8);
        const start = c.start + row * c.pitch + column;
        arena.write(sums, c.data, start, columns);
        if (b.alongK) {
          for (let skip = 0; skip < terms; skip += CHUNK_TERMS) {
            const length = 8 * Math.ceil(Math.min(CHUNK_TERMS, terms - skip) / 8);
            code.dotRows(
              sums,
              vector + 4 * skip,
              block + 4 * skip,
              pitch,
              4 * Math.ceil(columns / 4),
              length,
            );
          }
        } else {
          code.addScaledRows(
            sums,
            vector,
            block,
            pitch,
            4 * Math.ceil(terms / 4),
            4 * Math.ceil(columns / 4),
          );
        }
        arena.read(sums, c.data, start, columns);
      }
    }
  }
}

/** Terms of every row of op(A), each row followed by zeros. */
function writeTerms(
  arena: Arena,
  to: number,
  pitch: number,
  a: Operand,
  rows: number,
  term: number,
  terms: number,
): void {
  arena.clear(to, rows * pitch);
  if (a.alongK) {
    writeRows(arena, to, pitch, a, 0, rows, term, terms);
    return;
  }
  const { floats } = arena;
  for (let row = 0; row < rows; row++) {
    const first = (to >>> 2) + row * pitch;
    for (let i = 0; i < terms; i++) floats[first + i] = a.data[a.start + (term + i) * a.pitch + row];
  }
}

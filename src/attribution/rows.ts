/**
 * @module
 * Rows of a tensor, the slices along dimension 0: repeating them for every step or sample, and running many of them
 * in chunks that fit into memory.
 */

import { ArgumentError } from "../errors.ts";
import { allocate } from "../tensor/dtype.ts";
import type { DType } from "../tensor/dtype.ts";
import { Tensor } from "../tensor/tensor.ts";

/**
 * Rows of one automatic chunk hold at most this many input elements together, but a chunk has at least one row. A net's
 * recorded activations are a small multiple of its input (about 170 times for the MNIST nets: 83 images of 28 × 28 are
 * one chunk and keep some 45 MB), so memory stays bounded whatever the number of steps or examples.
 */
const CHUNK_ELEMENTS = 65_536;

/** At most this many rows in an automatic chunk: more do not run faster, and wide nets on narrow inputs stay small. */
const CHUNK_ROWS = 256;

/** How many rows to run at once when nobody says. */
export function automaticChunk(inputs: readonly Tensor[]): number {
  const perRow = inputs.reduce((sum, x) => sum + x.numel() / Math.max(1, x.shape[0]), 0);
  return Math.max(1, Math.min(CHUNK_ROWS, Math.floor(CHUNK_ELEMENTS / Math.max(1, perRow))));
}

/**
 * A caller's chunk size, or the automatic one.
 * @throws ArgumentError unless it is an integer of at least 1
 */
export function chunkSize(name: string, asked: number | undefined, inputs: readonly Tensor[]): number {
  if (asked === undefined) return automaticChunk(inputs);
  if (!Number.isInteger(asked) || asked < 1) {
    throw new ArgumentError(`${name}: expected an integer >= 1, got ${asked}`);
  }
  return asked;
}

/** Divides `total` rows into as few ranges [start, end) of at most `limit` as possible, all nearly equally long. */
export function chunks(total: number, limit: number): (readonly [start: number, end: number])[] {
  const count = Math.ceil(total / limit);
  return Array.from({ length: count }, (_, i) => [
    Math.floor((i * total) / count),
    Math.floor(((i + 1) * total) / count),
  ]);
}

/** The integers from `start` up to, not including, `end`. */
export function range(start: number, end: number): number[] {
  return Array.from({ length: end - start }, (_, i) => start + i);
}

/** A new tensor of the named rows of `x`, in that order; a row may appear several times. */
export function takeRows<D extends DType>(x: Tensor<D>, rows: readonly number[]): Tensor<D> {
  const data = allocate(x.dtype, (x.numel() / Math.max(1, x.shape[0])) * rows.length);
  // As bytes, which are copied alike for every element type.
  const source = new Uint8Array(x.data.buffer, x.data.byteOffset, x.data.byteLength);
  const target = new Uint8Array(data.buffer, data.byteOffset, data.byteLength);
  const bytes = source.length / Math.max(1, x.shape[0]);
  rows.forEach((row, i) => target.set(source.subarray(row * bytes, (row + 1) * bytes), i * bytes));
  return new Tensor(data, [rows.length, ...x.shape.slice(1)], x.dtype);
}

/** @module The memory of the SIMD kernels: scratch that every kernel call lays out anew. */

import { SCRATCH_BYTES } from "./code.ts";

const PAGE = 65536;

/** Address 0 means "none"; from the next cache line on is what kernels overwrite as they like. */
export const KERNELS_SCRATCH = 64;

const START = KERNELS_SCRATCH + SCRATCH_BYTES;

/** Regions begin on cache lines. A line follows each, because kernels read and write vectors that overlap its end. */
const LINE = 64;

/** Beyond this a call is left to the reference, rather than asking a browser tab for gigabytes. */
const LIMIT = 1024 * 1024 * 1024;

/** Thrown when a call needs more memory than there is; the family then lets the reference do the work. */
export class ArenaFullError extends Error {
  override name = "ArenaFullError";
}

/**
 * A bump allocator over one WebAssembly memory. Tensors live in JavaScript arrays, so a kernel call resets the arena,
 * takes regions, copies its inputs in and its outputs out. The memory grows to the largest call and is kept.
 */
export class Arena {
  readonly memory = new WebAssembly.Memory({ initial: 16 });
  #top = START;
  #floats = new Float32Array(this.memory.buffer);
  #integers = new Int32Array(this.memory.buffer);

  /** Forgets all regions. */
  reset(): void {
    this.#top = START;
  }

  /**
   * Address of a new region of `count` 32-bit elements, with unknown contents.
   * @throws ArenaFullError when the memory cannot grow so far.
   */
  take(count: number): number {
    const address = this.#top;
    this.#top = Math.ceil((address + 4 * count) / LINE) * LINE + LINE;
    if (this.#top > this.memory.buffer.byteLength) this.#grow();
    return address;
  }

  /** Copies `length` floats of `from`, beginning at `start`, to an address. */
  write(address: number, from: Float32Array, start: number, length: number): void {
    this.#floats.set(from.subarray(start, start + length), address >>> 2);
  }

  /** Copies `length` floats from an address into `to`, beginning at `start`. */
  read(address: number, to: Float32Array, start: number, length: number): void {
    const first = address >>> 2;
    to.set(this.#floats.subarray(first, first + length), start);
  }

  /** {@link read} for integers. */
  readIntegers(address: number, to: Int32Array, start: number, length: number): void {
    const first = address >>> 2;
    to.set(this.#integers.subarray(first, first + length), start);
  }

  /** Fills a region with zeros. */
  clear(address: number, count: number): void {
    const first = address >>> 2;
    this.#floats.fill(0, first, first + count);
  }

  /** The whole memory as integers, for tables of addresses. Valid until the next `take`. */
  get integers(): Int32Array {
    return this.#integers;
  }

  /** The whole memory as floats. Valid until the next `take`. */
  get floats(): Float32Array {
    return this.#floats;
  }

  #grow(): void {
    if (this.#top > LIMIT) throw new ArenaFullError(`a kernel needs ${this.#top} bytes`);
    const missing = Math.ceil((this.#top - this.memory.buffer.byteLength) / PAGE);
    try {
      // At least 1 MB at a time: growing detaches the old views.
      this.memory.grow(Math.max(missing, 16));
    } catch {
      throw new ArenaFullError(`the memory of ${this.memory.buffer.byteLength} bytes cannot grow`);
    }
    this.#floats = new Float32Array(this.memory.buffer);
    this.#integers = new Int32Array(this.memory.buffer);
  }
}

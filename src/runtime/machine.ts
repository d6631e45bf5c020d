/**
 * @module
 * What plans run on: one WebAssembly memory, the kernels over it, and who gets which part.
 */

import { simdCode } from "../kernels/index.ts";
import type { KernelFamily, SimdCode } from "../kernels/index.ts";

const PAGE = 65536;

/** The first bytes are the kernels' own (see the arena of ./kernels/simd): address 0 means "none". */
const START = 256;

/** Regions begin on cache lines, and a line follows each: kernels read vectors that overlap its end. */
const LINE = 64;

/** Growing detaches all views, so it is done rarely. */
const LEAST_GROWTH = 64;

/**
 * A memory of regions that are taken for good: weights, packed as the kernels read them, and one scratch that all plans use
 * in turn, because only one runs at a time.
 */
export class Machine {
  readonly family: KernelFamily;
  readonly code: SimdCode;
  /** Which run wrote the scratch last; a plan that finds another's must compute again. */
  lastRun: object | null = null;
  readonly #memory: WebAssembly.Memory;
  #top = START;
  #scratch = { address: 0, bytes: 0 };
  #floats: Float32Array<ArrayBuffer>;
  #integers: Int32Array<ArrayBuffer>;

  private constructor(family: KernelFamily, code: SimdCode, memory: WebAssembly.Memory) {
    this.family = family;
    this.code = code;
    this.#memory = memory;
    this.#floats = new Float32Array(memory.buffer);
    this.#integers = new Int32Array(memory.buffer);
  }

  /** A machine on the kernels of `family`, or null where they are not WebAssembly. */
  static open(family: KernelFamily): Machine | null {
    const memory = new WebAssembly.Memory({ initial: 16 });
    const code = simdCode(family, memory);
    return code === null ? null : new Machine(family, code, memory);
  }

  /** The whole memory; a new object whenever it has grown. */
  get buffer(): ArrayBuffer {
    return this.#memory.buffer;
  }

  /** The whole memory as floats. Valid until the next `take`. */
  get floats(): Float32Array<ArrayBuffer> {
    return this.#floats;
  }

  /** The whole memory as integers. Valid until the next `take`. */
  get integers(): Int32Array<ArrayBuffer> {
    return this.#integers;
  }

  /** Some floats of the memory, as an array for kernels in TypeScript. Valid until the next `take`. */
  view(address: number, count: number): Float32Array<ArrayBuffer> {
    return this.#floats.subarray(address >>> 2, (address >>> 2) + count);
  }

  /** Bytes in use. */
  get size(): number {
    return this.#top;
  }

  /**
   * Address of a new region of `count` 32-bit elements, of zeros.
   * @throws RangeError when the engine has no more memory
   */
  take(count: number): number {
    const address = this.#top;
    this.#top = endOf(address, count);
    const missing = Math.ceil((this.#top - this.#memory.buffer.byteLength) / PAGE);
    if (missing > 0) {
      this.#memory.grow(Math.max(missing, LEAST_GROWTH));
      this.#floats = new Float32Array(this.#memory.buffer);
      this.#integers = new Int32Array(this.#memory.buffer);
    }
    return address;
  }

  /** The scratch, with room for `bytes`; its contents are whatever the last plan left. */
  scratch(bytes: number): number {
    const { address } = this.#scratch;
    if (bytes <= this.#scratch.bytes) return address;
    // Nothing was taken since: it grows where it is.
    if (this.#top === endOf(address, this.#scratch.bytes / 4)) this.#top = address;
    this.#scratch = { address: this.take(Math.ceil(bytes / 4)), bytes: 4 * Math.ceil(bytes / 4) };
    return this.#scratch.address;
  }
}

/** Where a region of `count` 32-bit elements ends, and the next begins. */
export function endOf(address: number, count: number): number {
  return Math.ceil((address + 4 * count) / LINE) * LINE + LINE;
}

/**
 * @module
 * What plans run on: one WebAssembly memory, the kernels over it, and who gets which part.
 */

import { SCRATCH_BYTES, simdCode } from "../kernels/index.ts";
import type { KernelFamily, SimdCode } from "../kernels/index.ts";
import type { CallQueue } from "./call-queue.ts";
import { Crew } from "./crew.ts";
import type { Room, SharedMemory } from "./shared-memory.ts";

const PAGE = 65536;

/** Address 0 means "none". Regions begin on cache lines, and a line follows each: kernels read vectors that overlap its end. */
const LINE = 64;

/** Growing detaches all views, so it is done rarely. */
const LEAST_GROWTH = 64;

let shared: SharedMemory | null = null;
let queues: readonly CallQueue[] = [];

/**
 * Machines that this thread opens from now on lie in memory that it shares with others, or (null) in one of their own.
 * @param others queues of threads over that memory, which make kernel calls for this one
 */
export function useSharedMemory(memory: SharedMemory | null, others: readonly CallQueue[] = []): void {
  shared = memory;
  queues = others;
}

/**
 * A memory of regions that are taken for good: weights, packed as the kernels read them, and one scratch that all plans use
 * in turn, because only one runs at a time.
 */
export class Machine {
  readonly family: KernelFamily;
  readonly code: SimdCode;
  /** Who works on the memory. */
  readonly crew: Crew;
  /** Which run wrote the scratch last; a plan that finds another's must compute again. */
  lastRun: object | null = null;
  readonly #memory: WebAssembly.Memory;
  /** Where the memory is not this machine's alone. */
  readonly #shared: SharedMemory | null;
  #top: number;
  /** How far regions may be taken before there must be more room. */
  #end: number;
  #scratch = { address: 0, bytes: 0 };
  #floats: Float32Array;
  #integers: Int32Array;

  private constructor(family: KernelFamily, code: SimdCode, memory: WebAssembly.Memory, room: Room) {
    this.family = family;
    this.code = code;
    this.crew = new Crew(
      code,
      queues.filter((queue) => queue.family === family),
    );
    this.#memory = memory;
    this.#shared = memory === shared?.memory ? shared : null;
    this.#top = room.address + SCRATCH_BYTES;
    this.#end = room.end;
    this.#floats = new Float32Array(memory.buffer);
    this.#integers = new Int32Array(memory.buffer);
  }

  /** A machine on the kernels of `family`, or null where they are not WebAssembly. */
  static open(family: KernelFamily): Machine | null {
    if (family === "reference") return null;
    const memory = shared?.memory ?? new WebAssembly.Memory({ initial: 16 });
    const room = shared?.chunk(SCRATCH_BYTES) ?? { address: LINE, end: memory.buffer.byteLength };
    const code = simdCode(family, memory, room.address);
    return code === null ? null : new Machine(family, code, memory, room);
  }

  /** The whole memory as floats. Valid until the next `take`. */
  get floats(): Float32Array {
    return this.#floats;
  }

  /** The whole memory as integers. Valid until the next `take`. */
  get integers(): Int32Array {
    return this.#integers;
  }

  /** Some floats of the memory, as an array for kernels in TypeScript. Valid until the next `take`. */
  view(address: number, count: number): Float32Array {
    return this.#floats.subarray(address >>> 2, (address >>> 2) + count);
  }

  /** Whether other threads use the memory too, so that {@link once} needs names. */
  get isShared(): boolean {
    return this.#shared !== null;
  }

  /**
   * Address of a new region of `count` 32-bit elements, of zeros.
   * @throws RangeError when the engine has no more memory
   */
  take(count: number): number {
    if (endOf(this.#top, count) > this.#end) this.#makeRoom(4 * count);
    const address = this.#top;
    this.#top = endOf(address, count);
    return address;
  }

  /**
   * Address of a region of `count` 32-bit elements that nobody changes once `write` has filled its zeros. In shared memory there is one
   * for all machines that give the same name.
   * @throws RangeError when the engine has no more memory
   */
  once(name: string, count: number, write: (address: number) => void): number {
    if (this.#shared === null) {
      const address = this.take(count);
      write(address);
      return address;
    }
    const address = this.#shared.once(name, 4 * count, (fresh) => {
      this.#see(fresh + 4 * count);
      write(fresh);
    });
    this.#see(address + 4 * count);
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

  #makeRoom(bytes: number): void {
    if (this.#shared === null) {
      const missing = Math.ceil((endOf(this.#top, bytes / 4) - this.#end) / PAGE);
      this.#memory.grow(Math.max(missing, LEAST_GROWTH));
      this.#end = this.#memory.buffer.byteLength;
    } else {
      const room = this.#shared.chunk(bytes);
      this.#top = room.address;
      this.#end = room.end;
    }
    this.#see(this.#end);
  }

  /** Sees to it that the views reach as far as an address. */
  #see(end: number): void {
    if (end <= this.#floats.byteLength) return;
    this.#floats = new Float32Array(this.#memory.buffer);
    this.#integers = new Int32Array(this.#memory.buffer);
  }
}

/** Where a region of `count` 32-bit elements ends, and the next begins. */
export function endOf(address: number, count: number): number {
  return Math.ceil((address + 4 * count) / LINE) * LINE + LINE;
}

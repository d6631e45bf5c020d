/**
 * @module
 * Kernel calls that one thread makes for another, as numbers in the memory that both share. The queue's head is 32-bit words: how often
 * calls were posted, and how often they were done; how many numbers there are; whether a call failed. The numbers follow as float64: of
 * each call the kernel's place among the module's exports, how many arguments come, and the arguments.
 */

import { kernelFamily, SCRATCH_BYTES, simdCode } from "../kernels/index.ts";
import type { KernelFamily, SimdCode } from "../kernels/index.ts";
import type { SharedMemory } from "./shared-memory.ts";

const POSTED = 0;
const DONE = 1;
const COUNT = 2;
const FAILED = 3;
const HEAD_BYTES = 64;

/** A step of training on 64 pictures takes about 3000 for each of its parts. */
const MOST_NUMBERS = 16_384;

/** Longer than any step of training takes: a thread that is silent for so many milliseconds has died. */
const PATIENCE_MS = 120_000;

const QUEUE_BYTES = HEAD_BYTES + 8 * MOST_NUMBERS;

/** The kernels that work by what they write, and return nothing. */
export type KernelName = {
  [K in keyof SimdCode]: SimdCode[K] extends (...args: number[]) => void ? K : never;
}[keyof SimdCode];

/** Calls a kernel, now or later. */
export type Call = <K extends KernelName>(kernel: K, ...args: Parameters<SimdCode[K]>) => void;

/** What a thread needs to make calls: everything can be sent to it. */
export interface QueueSetup {
  readonly memory: WebAssembly.Memory;
  readonly family: KernelFamily;
  /** Addresses of the queue, and of the kernels' own scratch. */
  readonly queue: number;
  readonly scratch: number;
}

/** A queue for calls of the kernels in use; null where they are not WebAssembly. */
export function newQueue(shared: SharedMemory): QueueSetup | null {
  const family = kernelFamily();
  if (family === "reference") return null;
  const { address } = shared.chunk(QUEUE_BYTES + SCRATCH_BYTES);
  return { memory: shared.memory, family, queue: address + SCRATCH_BYTES, scratch: address };
}

/** The queue as the thread has it that posts. */
export class CallQueue {
  readonly family: KernelFamily;
  /** False once its thread has ended: then nothing may be added. */
  isOpen = true;
  readonly #words: Int32Array;
  readonly #numbers: Float64Array;
  readonly #places: ReadonlyMap<string, number>;
  #count = 0;

  constructor({ memory, family, queue, scratch }: QueueSetup) {
    this.family = family;
    this.#words = new Int32Array(memory.buffer, queue, HEAD_BYTES / 4);
    this.#numbers = new Float64Array(memory.buffer, queue + HEAD_BYTES, MOST_NUMBERS);
    const names = kernelNames(simdCode(family, memory, scratch));
    this.#places = new Map(names.map((name, place) => [name, place]));
  }

  /** Adds a call; it is made after {@link post}. */
  readonly add: Call = (kernel, ...args) => {
    if (this.#count + 2 + args.length > MOST_NUMBERS) {
      this.post();
      this.wait();
    }
    this.#numbers[this.#count++] = this.#places.get(kernel) ?? -1;
    this.#numbers[this.#count++] = args.length;
    for (const arg of args) this.#numbers[this.#count++] = arg;
  };

  /** Lets the other thread make the calls. */
  post(): void {
    this.#words[COUNT] = this.#count;
    this.#count = 0;
    Atomics.add(this.#words, POSTED, 1);
    Atomics.notify(this.#words, POSTED);
  }

  /**
   * Returns when all posted calls were made.
   * @throws Error when one failed
   */
  wait(): void {
    for (;;) {
      const done = Atomics.load(this.#words, DONE);
      if (done === Atomics.load(this.#words, POSTED)) break;
      if (Atomics.wait(this.#words, DONE, done, PATIENCE_MS) === "timed-out") {
        throw new Error("a thread that makes kernel calls does not answer");
      }
    }
    if (this.#words[FAILED] !== 0) throw new Error("a kernel failed on another thread");
  }
}

/** Makes the calls of a queue as they are posted; never returns. */
export function serveCalls({ memory, family, queue, scratch }: QueueSetup): never {
  const words = new Int32Array(memory.buffer, queue, HEAD_BYTES / 4);
  const numbers = new Float64Array(memory.buffer, queue + HEAD_BYTES, MOST_NUMBERS);
  const code = simdCode(family, memory, scratch);
  const kernels = kernelNames(code).flatMap((name) => (code === null ? [] : [callOf(code, name)]));
  for (let done = 0; ; done++) {
    Atomics.wait(words, POSTED, done);
    try {
      makeCalls(kernels, numbers.subarray(0, words[COUNT]));
    } catch {
      words[FAILED] = 1;
    }
    Atomics.store(words, DONE, done + 1);
    Atomics.notify(words, DONE);
  }
}

function makeCalls(kernels: readonly ((...args: number[]) => void)[], numbers: Float64Array): void {
  for (let at = 0; at < numbers.length;) {
    const [place, count] = numbers.subarray(at, at + 2);
    at += 2;
    kernels[place](...numbers.subarray(at, at + count));
    at += count;
  }
}

/** A kernel as a function of any numbers. */
export function callOf(code: SimdCode, kernel: KernelName): (...args: number[]) => void {
  const kernels: Readonly<Record<KernelName, (...args: number[]) => void>> = code;
  return kernels[kernel];
}

/** The functions of the module, in an order that all threads find. */
function kernelNames(code: SimdCode | null): KernelName[] {
  const names = Object.keys(code ?? {}) as (keyof SimdCode)[];
  return names.filter((name): name is KernelName => typeof code?.[name] === "function");
}

/** @module The threads that work on a machine's memory: this one, and those that make kernel calls for it. */

import type { SimdCode } from "../kernels/index.ts";
import { callOf } from "./call-queue.ts";
import type { Call, CallQueue } from "./call-queue.ts";

/**
 * Work on the elements from `from` to before `to`, by kernel calls alone: they may be made later and elsewhere, at the same time as those
 * of the other parts. `part` numbers the parts, for buffers that each needs for itself.
 */
export type PartialWork = (call: Call, from: number, to: number, part: number) => void;

/** Shares work among threads. */
export class Crew {
  /** The thread of whoever shares the work, and the others. */
  readonly size: number;
  /** Calls kernels on this thread, at once. */
  readonly here: Call;
  readonly #others: readonly CallQueue[];

  constructor(code: SimdCode, others: readonly CallQueue[]) {
    this.size = others.length + 1;
    this.here = (kernel, ...args) => callOf(code, kernel)(...args);
    this.#others = others;
  }

  /** How {@link share} divides `count` elements: as evenly as they go, the first part for this thread; the last may be empty. */
  ranges(count: number): { readonly from: number; readonly to: number }[] {
    const end = (parts: number): number => Math.ceil((count * parts) / this.size);
    return Array.from({ length: this.size }, (_, part) => ({ from: end(part), to: end(part + 1) }));
  }

  /** Has `count` elements worked on, in at most {@link size} parts; returns when all are done. */
  share(count: number, work: PartialWork): void {
    const [first, ...ranges] = this.ranges(count);
    const posted: CallQueue[] = [];
    ranges.forEach(({ from, to }, i) => {
      if (from === to) return;
      const queue = this.#others[i];
      // Parts stay as they are when there are fewer threads: buffers were laid out for them.
      work(queue.isOpen ? queue.add : this.here, from, to, i + 1);
      if (!queue.isOpen) return;
      queue.post();
      posted.push(queue);
    });
    try {
      if (first.to > 0) work(this.here, 0, first.to, 0);
    } finally {
      for (const queue of posted) queue.wait();
    }
  }
}

/**
 * @module
 * Where the buffers of a plan lie in the scratch: offsets from its beginning, in bytes.
 */

import { endOf } from "./machine.ts";

/** Gives out buffers, and gives those that were released out again. */
export class Layout {
  #top = 0;
  readonly #sizes = new Map<number, number>();
  readonly #free = new Set<number>();

  /** Offset of a buffer of `count` 32-bit elements with unknown contents: the smallest free one that is large enough, or new. */
  take(count: number): number {
    let best: number | null = null;
    for (const offset of this.#free) {
      const size = this.#sizeOf(offset);
      if (size >= count && (best === null || size < this.#sizeOf(best))) best = offset;
    }
    if (best !== null) {
      this.#free.delete(best);
      return best;
    }
    const offset = this.#top;
    this.#sizes.set(offset, count);
    this.#top = endOf(offset, count);
    return offset;
  }

  /** Lets a buffer be given out again from the next step on. */
  release(offset: number): void {
    this.#free.add(offset);
  }

  /** Bytes in all. */
  get bytes(): number {
    return this.#top;
  }

  #sizeOf(offset: number): number {
    return this.#sizes.get(offset) ?? 0;
  }
}

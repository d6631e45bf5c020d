/**
 * @module
 * Work during which a thread must not be ended. Node (20 to 24 at least) aborts the whole process when a worker ends between the making of
 * a zlib stream and its initialisation: 'Assertion failed: init_done_ && "close before init"'.
 *
 * Both sides share a word. The thread holds it while it works; whoever ends the thread takes it first, and then the thread waits to be
 * ended instead of beginning anew.
 */

const FREE = 0;
const HELD = 1;
const ENDING = 2;

/** Milliseconds between two looks at whether a thread has let go. */
const PAUSE_MS = 1;

/** The word; can be sent to a thread. */
export type Hold = Int32Array<SharedArrayBuffer>;

let hold: Hold | null = null;

/** A word for a new thread. */
export function newHold(): Hold {
  return new Int32Array(new SharedArrayBuffer(Int32Array.BYTES_PER_ELEMENT));
}

/** Makes {@link uninterrupted} heed the word; for the thread that it belongs to, at its start. */
export function useHold(word: Hold): void {
  hold = word;
}

/** Does synchronous work during which this thread is not ended. On the main thread, and on others without a word, simply does it. */
export function uninterrupted<T>(work: () => T): T {
  if (hold === null) return work();
  const before = Atomics.compareExchange(hold, 0, FREE, HELD);
  if (before === ENDING) Atomics.wait(hold, 0, ENDING);
  try {
    return work();
  } finally {
    // Within other such work, that lets go.
    if (before === FREE) Atomics.compareExchange(hold, 0, HELD, FREE);
  }
}

/**
 * Resolves when the thread may be ended, and keeps it from such work from then on.
 * @param patienceMs after which it is ended nevertheless
 */
export async function released(word: Hold, patienceMs: number): Promise<void> {
  const until = performance.now() + patienceMs;
  while (Atomics.compareExchange(word, 0, FREE, ENDING) === HELD && performance.now() < until) {
    await new Promise((resolve) => setTimeout(resolve, PAUSE_MS));
  }
}

/** @module The thread of a worker, whose end waits until Node survives it. */

import { Worker } from "node:worker_threads";
import type { ResourceLimits } from "node:worker_threads";
import { threadOptions } from "../../node/thread-entry.ts";
import { newHold, released } from "../../node/uninterrupted.ts";
import type { Hold } from "../../node/uninterrupted.ts";
import type { WorkerSetup } from "./messages.ts";

/** Decoding the largest picture takes less. */
const PATIENCE_MS = 10_000;

/** A thread that is not ended in the middle of what `uninterrupted` does, at whatever moment that is asked for. */
export class PoolWorker extends Worker {
  readonly #hold: Hold;

  constructor(entry: URL, setup: WorkerSetup, resourceLimits: ResourceLimits, name: string) {
    const hold = newHold();
    super(entry, threadOptions(entry, { workerData: { ...setup, hold }, resourceLimits, name }));
    this.#hold = hold;
  }

  override async terminate(): Promise<number> {
    await released(this.#hold, PATIENCE_MS);
    return super.terminate();
  }
}

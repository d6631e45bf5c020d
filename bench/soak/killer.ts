/**
 * @module
 * Worker threads of this process, and an end for one of them at random.
 */

import type { Worker } from "node:worker_threads";

/** Knows the threads that start after it was made. */
export class Killer {
  readonly #threads: Worker[] = [];
  readonly #onWorker = (worker: Worker): void => {
    this.#threads.push(worker);
    worker.once("exit", () => this.#threads.splice(this.#threads.indexOf(worker), 1));
  };

  constructor() {
    process.on("worker", this.#onWorker);
  }

  /** Ends one thread, whatever it is doing. */
  readonly kill = (): void => {
    const worker = this.#threads.at(Math.floor(Math.random() * this.#threads.length));
    void worker?.terminate();
  };

  /** Knows no more of new threads. */
  stop(): void {
    process.off("worker", this.#onWorker);
  }
}

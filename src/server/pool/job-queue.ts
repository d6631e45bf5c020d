/**
 * @module
 * Jobs that wait for a worker, and which of them go together.
 */

import { batchKey } from "./batch-key.ts";
import type { Job, Reply } from "./job.ts";

/** A job with whoever waits for it. Once settled, a reply that comes later is nobody's. */
export class Ticket {
  readonly job: Job;
  /** What jobs of its batch have in common; null for one that is run alone. */
  readonly key: string | null;
  readonly queuedAt = performance.now();
  /** How many workers died with it. */
  deaths = 0;
  /** Whether it must be in no batch with others, because it may have been what ended one. */
  alone = false;
  settled = false;
  readonly reply: Promise<Reply>;
  #resolve: (reply: Reply) => void = () => undefined;
  #reject: (reason: unknown) => void = () => undefined;
  readonly #onSettled: (() => void)[] = [];

  constructor(job: Job) {
    this.job = job;
    this.key = batchKey(job.question);
    this.reply = new Promise((resolve, reject) => {
      this.#resolve = resolve;
      this.#reject = reject;
    });
  }

  /** Calls back once there is an answer, or nobody to answer. */
  onSettled(callback: () => void): void {
    this.#onSettled.push(callback);
  }

  resolve(reply: Reply): void {
    if (this.#settle()) this.#resolve(reply);
  }

  reject(reason: unknown): void {
    if (this.#settle()) this.#reject(reason);
  }

  #settle(): boolean {
    if (this.settled) return false;
    this.settled = true;
    for (const callback of this.#onSettled) callback();
    return true;
  }
}

/** Tickets in order of arrival. */
export class JobQueue {
  #waiting: Ticket[] = [];

  get length(): number {
    return this.#waiting.length;
  }

  push(ticket: Ticket): void {
    this.#waiting.push(ticket);
  }

  /** Puts tickets that have waited before in front of all others. */
  putBack(tickets: readonly Ticket[]): void {
    this.#waiting.unshift(...tickets);
  }

  remove(ticket: Ticket): void {
    const at = this.#waiting.indexOf(ticket);
    if (at >= 0) this.#waiting.splice(at, 1);
  }

  /** The first ticket, and up to `size` in all of those behind it that can be run with it. */
  takeBatch(size: number): Ticket[] {
    const first = this.#waiting.shift();
    if (first === undefined) return [];
    if (size <= 1 || first.alone || first.key === null) return [first];
    const batch = [first];
    const rest: Ticket[] = [];
    for (const ticket of this.#waiting) {
      const fits = batch.length < size && !ticket.alone && ticket.key === first.key;
      (fits ? batch : rest).push(ticket);
    }
    this.#waiting = rest;
    return batch;
  }

  /** Empties the queue. */
  takeAll(): Ticket[] {
    return this.#waiting.splice(0);
  }
}

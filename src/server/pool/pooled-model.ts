/**
 * @module
 * A model with workers: requests queue, batches go to whichever worker is free, and the death of a worker costs nobody
 * the answer.
 */

import type { ResourceLimits } from "node:worker_threads";
import { threadEntry } from "../../node/thread-entry.ts";
import { newSharedMemory, releaseOwner } from "../../runtime/shared-memory.ts";
import { ClientGone, RequestError } from "../errors.ts";
import type { ServedModel, ServingSettings, WorkerStatus } from "../served-model.ts";
import { BACK_OFF_MS, Crew } from "./crew.ts";
import { JobQueue, Ticket } from "./job-queue.ts";
import type { Job, JobLimits, ModelInfo, Reply } from "./job.ts";
import type { ModelName, ModelSource } from "./model-source.ts";
import type { PoolObserver } from "./observer.ts";
import { RESOURCE_LIMITS, WorkerDied, WorkerThread } from "./worker-thread.ts";

/** What a {@link PooledModel} is made of. */
export interface PooledModelOptions extends ModelName {
  readonly source: ModelSource;
  readonly url: string;
  readonly settings: ServingSettings;
  readonly limits: JobLimits;
  readonly loadedAtStartup?: boolean;
  /** What the archive says it runs on; "python" unless said. */
  readonly runtime?: string;
  /** What is known of the model before a worker has loaded it. */
  readonly info?: ModelInfo | null;
  readonly observer?: PoolObserver;
  /** The program of workers, for whoever bundles candil; the file beside this one unless said. */
  readonly entry?: URL;
  /** Of each worker's heap; weights and pictures lie outside of it. */
  readonly resourceLimits?: ResourceLimits;
  /** Milliseconds before a worker starts again, by the number of its failures; {@link BACK_OFF_MS}. */
  readonly backOffMs?: readonly number[];
}

/** A job is given to at most so many workers. */
const MAX_DEATHS = 2;

/** A version of a model on threads of its own. It has none until {@link scale} is called. */
export class PooledModel implements ServedModel {
  readonly name: string;
  readonly version: string;
  readonly url: string;
  readonly loadedAtStartup: boolean;
  readonly runtime: string;
  readonly #options: PooledModelOptions;
  readonly #crew: Crew;
  /** Where its workers have one copy of the packed weights. */
  readonly #memory = newSharedMemory();
  readonly #queue = new JobQueue();
  readonly #running = new Set<Ticket>();
  #settings: ServingSettings;
  #info: ModelInfo | null;
  /** Whether a worker has ever been ready. */
  #served = false;
  #closing = false;
  #pumping = false;
  /** Milliseconds that a batch takes, smoothed; for Retry-After. */
  #batchMs = 0;
  #onDrained: (() => void) | null = null;

  constructor(options: PooledModelOptions) {
    const { name, version, settings } = options;
    this.name = name;
    this.version = version;
    this.url = options.url;
    this.loadedAtStartup = options.loadedAtStartup ?? false;
    this.runtime = options.runtime ?? "python";
    this.#info = options.info ?? null;
    this.#options = options;
    this.#settings = { ...settings, minWorkers: 0, maxWorkers: 0 };
    this.#crew = new Crew({
      start: (id) => this.#startThread(id),
      backOffMs: options.backOffMs ?? BACK_OFF_MS,
      retryWindowMs: settings.maxRetryTimeoutInSec * 1000,
      onIdle: () => this.#schedule(),
      onReady: (thread, info) => {
        this.#info = info;
        this.#served = true;
        const milliseconds = Date.now() - thread.startedAt.getTime();
        options.observer?.workerReady?.({ ...this.#workerName(thread.id), milliseconds });
      },
      onLost: (id, error, restartMs) => {
        options.observer?.workerLost?.({ ...this.#workerName(id), error, restartMs });
        this.#refuseIfAbandoned();
      },
    });
  }

  get settings(): ServingSettings {
    return this.#settings;
  }

  get info(): ModelInfo | null {
    return this.#info;
  }

  get waiting(): number {
    return this.#queue.length;
  }

  get healthy(): boolean {
    if (this.#settings.minWorkers === 0 || this.#crew.ready > 0) return true;
    return this.#served && this.#crew.size > 0 && this.#crew.sound;
  }

  workers(): WorkerStatus[] {
    return this.#crew.statuses();
  }

  run(job: Job, signal: AbortSignal): Promise<Reply> {
    const refusal = this.#refusal();
    if (refusal !== null) return Promise.reject(refusal);
    const ticket = new Ticket(job);
    this.#cancelWith(ticket, signal);
    this.#limitTime(ticket);
    this.#queue.push(ticket);
    this.#schedule();
    return ticket.reply;
  }

  async scale(minWorkers: number, maxWorkers: number): Promise<void> {
    const before = this.#settings;
    this.#settings = { ...before, minWorkers, maxWorkers };
    try {
      await this.#crew.scale(minWorkers);
    } catch (error) {
      // Another change may have come in the meantime; then that one counts.
      if (this.#settings.minWorkers === minWorkers) {
        this.#settings = before;
        await this.#crew.scale(Math.min(before.minWorkers, this.#crew.size));
      }
      throw error;
    } finally {
      this.#refuseIfAbandoned();
    }
  }

  async close(patienceMs: number): Promise<boolean> {
    this.#closing = true;
    const drained = await this.#drained(patienceMs);
    await this.#crew.close();
    const reason = new RequestError(
      "unavailable",
      `Model "${this.name}" was stopped before its answer was ready.`,
    );
    for (const ticket of [...this.#queue.takeAll(), ...this.#running]) ticket.reject(reason);
    return drained;
  }

  #drained(patienceMs: number): Promise<boolean> {
    if (this.#queue.length === 0 && this.#running.size === 0) return Promise.resolve(true);
    return new Promise((resolve) => {
      const patience = setTimeout(() => resolve(false), patienceMs);
      this.#onDrained = () => {
        clearTimeout(patience);
        resolve(true);
      };
    });
  }

  #startThread(id: string): WorkerThread {
    const { name, version, source, limits, resourceLimits, entry } = this.#options;
    const memory = this.#memory;
    const owner = Number(id);
    const thread = new WorkerThread({
      id,
      entry: entry ?? threadEntry("worker", import.meta.url),
      setup: {
        model: { name, version },
        source,
        limits,
        ...(memory === null ? {} : { shared: { memory, owner } }),
      },
      startupTimeoutMs: this.#settings.startupTimeout * 1000,
      resourceLimits: resourceLimits ?? RESOURCE_LIMITS,
    });
    // Before the crew hears of it and gives its number to another.
    if (memory !== null) void thread.ended.then(() => releaseOwner(memory, owner));
    return thread;
  }

  /** Why a job cannot be accepted now, or null. */
  #refusal(): RequestError | null {
    if (this.#closing) {
      return new RequestError(
        "unavailable",
        `Model "${this.name}" takes no more requests: it is being stopped.`,
      );
    }
    if (this.#crew.size === 0) return this.#noWorker();
    const { jobQueueSize } = this.#settings;
    if (this.#queue.length < jobQueueSize) return null;
    return new RequestError(
      "unavailable",
      `Model "${this.name}" is busy: ${jobQueueSize} requests wait already (job_queue_size). Try again later.`,
      { retryAfter: this.#secondsToWait() },
    );
  }

  /** TorchServe's words. */
  #noWorker(): RequestError {
    return new RequestError(
      "unavailable",
      `Model "${this.name}" has no worker to serve inference request. Please use scale workers API to add workers. ` +
        "If this is a sequence inference, please check if it is closed, or expired; or exceeds maxSequenceJobQueueSize",
    );
  }

  #secondsToWait(): number {
    const batches = this.#queue.length / this.#settings.batchSize / Math.max(1, this.#crew.ready);
    return Math.max(1, Math.ceil((batches * this.#batchMs) / 1000));
  }

  #cancelWith(ticket: Ticket, signal: AbortSignal): void {
    const cancel = (): void => {
      this.#queue.remove(ticket);
      ticket.reject(new ClientGone("the client left before its answer was ready"));
    };
    signal.addEventListener("abort", cancel, { once: true });
    ticket.onSettled(() => signal.removeEventListener("abort", cancel));
    if (signal.aborted) cancel();
  }

  /** A request is answered in time whatever happens to workers: one may have to start before it is free. */
  #limitTime(ticket: Ticket): void {
    const { responseTimeout, startupTimeout, clientTimeoutInMills } = this.#settings;
    const patience = responseTimeout + startupTimeout;
    const giveUp = (message: string): void => {
      this.#queue.remove(ticket);
      ticket.reject(new RequestError("unavailable", message, { retryAfter: this.#secondsToWait() }));
    };
    const queueTimer = setTimeout(() => {
      if (!this.#running.has(ticket)) {
        giveUp(
          `Model "${this.name}": no worker was free within ${patience} s (response_timeout and startup_timeout).`,
        );
      }
    }, patience * 1000);
    const clientTimer =
      clientTimeoutInMills === 0
        ? undefined
        : setTimeout(() => {
            giveUp(
              `Model "${this.name}" did not answer within ${clientTimeoutInMills} ms (clientTimeoutInMills).`,
            );
          }, clientTimeoutInMills);
    ticket.onSettled(() => {
      clearTimeout(queueTimer);
      clearTimeout(clientTimer);
    });
  }

  /** A batch of one leaves at once; where there may be more, all requests that have arrived by now join. */
  #schedule(): void {
    if (this.#settings.batchSize === 1) this.#pump();
    else if (!this.#pumping) {
      this.#pumping = true;
      setImmediate(() => {
        this.#pumping = false;
        this.#pump();
      });
    }
  }

  #pump(): void {
    while (this.#queue.length > 0) {
      const thread = this.#crew.take();
      if (thread === null) return;
      void this.#runBatch(thread, this.#queue.takeBatch(this.#settings.batchSize));
    }
  }

  async #runBatch(thread: WorkerThread, batch: readonly Ticket[]): Promise<void> {
    const startedAt = performance.now();
    for (const ticket of batch) this.#running.add(ticket);
    try {
      const jobs = batch.map(({ job }) => job);
      const outcomes = await thread.run(jobs, this.#settings.responseTimeout * 1000);
      this.#record(thread, batch, startedAt);
      outcomes.forEach((outcome, i) => {
        if (outcome.ok) batch[i].resolve(outcome.reply);
        else batch[i].reject(outcome.error);
      });
      for (const ticket of batch) this.#running.delete(ticket);
      this.#crew.giveBack(thread);
    } catch (error) {
      for (const ticket of batch) this.#running.delete(ticket);
      this.#afterDeath(batch, error);
      this.#schedule();
    }
    if (this.#queue.length === 0 && this.#running.size === 0) this.#onDrained?.();
  }

  #record(thread: WorkerThread, batch: readonly Ticket[], startedAt: number): void {
    const workerMs = performance.now() - startedAt;
    this.#batchMs += (workerMs - this.#batchMs) / 8;
    this.#options.observer?.batchDone?.({
      ...this.#workerName(thread.id),
      queueMs: batch.map(({ queuedAt }) => startedAt - queuedAt),
      workerMs,
      stages: thread.stages,
    });
  }

  /**
   * Jobs whose worker died are given to another one, each alone, as one of them may be the reason. A job that two workers
   * died of is given up, and so is one that alone took longer than the response timeout.
   */
  #afterDeath(batch: readonly Ticket[], error: unknown): void {
    const timedOut = error instanceof WorkerDied && error.why === "timed out";
    const again: Ticket[] = [];
    for (const ticket of batch) {
      if (ticket.settled) continue;
      ticket.deaths++;
      if (timedOut && batch.length === 1) {
        ticket.reject(new RequestError("workerFailed", "Worker died.", { cause: error }));
      } else if (ticket.deaths >= MAX_DEATHS) {
        ticket.reject(
          new RequestError(
            "unavailable",
            `Model "${this.name}": ${MAX_DEATHS} workers died while they computed this request. It is not tried again.`,
            { cause: error },
          ),
        );
      } else {
        ticket.alone = true;
        again.push(ticket);
      }
    }
    this.#queue.putBack(again);
    this.#refuseIfAbandoned();
  }

  /** Answers all that wait when there is nobody any more to wait for. */
  #refuseIfAbandoned(): void {
    if (this.#crew.size > 0) return;
    for (const ticket of this.#queue.takeAll()) ticket.reject(this.#noWorker());
  }

  #workerName(worker: string): { model: string; version: string; worker: string } {
    return { model: this.name, version: this.version, worker };
  }
}

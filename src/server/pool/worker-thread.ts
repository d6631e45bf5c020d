/**
 * @module
 * One worker as the main thread sees it: starts, runs a batch at a time, and may die at any moment.
 */

import type { ResourceLimits } from "node:worker_threads";
import { receivedError } from "./failure.ts";
import type { Job, ModelInfo, Outcome } from "./job.ts";
import { StageClock } from "./stages.ts";
import type { StageTimes } from "./stages.ts";
import { PoolWorker } from "./pool-worker.ts";
import type { BatchMessage, SentOutcome, WorkerMessage, WorkerSetup } from "./messages.ts";

/** A heap of 256 MB is much for pictures; young objects die young, so little room is kept for them. */
export const RESOURCE_LIMITS: ResourceLimits = { maxOldGenerationSizeMb: 256, maxYoungGenerationSizeMb: 4 };

/** Why a batch got no outcomes. */
export type DeathCause = "crashed" | "timed out" | "stopped";

/** The worker ended before its batch did. */
export class WorkerDied extends Error {
  override name = "WorkerDied";
  readonly why: DeathCause;

  constructor(why: DeathCause, message: string, options?: ErrorOptions) {
    super(message, options);
    this.why = why;
  }
}

/** How a worker is started. */
export interface ThreadOptions {
  readonly id: string;
  readonly entry: URL;
  readonly setup: WorkerSetup;
  /** Milliseconds within which the model must be loaded. */
  readonly startupTimeoutMs: number;
  readonly resourceLimits: ResourceLimits;
}

interface RunningBatch {
  readonly timer: NodeJS.Timeout;
  resolve(outcomes: Outcome[]): void;
  reject(reason: unknown): void;
}

/** A thread with a loaded model. */
export class WorkerThread {
  readonly id: string;
  readonly startedAt = new Date();
  /** Bytes of the thread's heap and arrays, when it last spoke. */
  memory = 0;
  /** How long the jobs of its last batch were in each stage. */
  stages: StageTimes = new StageClock().times;
  /** Resolves when the model is loaded; rejects with what prevented it. */
  readonly ready: Promise<ModelInfo>;
  /** Resolves when the thread is no more; never rejects. */
  readonly ended: Promise<void>;
  readonly #worker: PoolWorker;
  #batch: RunningBatch | null = null;
  #cause: { readonly why: DeathCause; readonly error?: unknown } = { why: "crashed" };

  constructor({ id, entry, setup, startupTimeoutMs, resourceLimits }: ThreadOptions) {
    this.id = id;
    this.#worker = new PoolWorker(entry, setup, resourceLimits, `candil-${id}`);
    this.#worker.on("error", (error) => {
      this.#cause = { why: this.#cause.why, error };
    });
    this.ended = new Promise((resolve) => this.#worker.once("exit", () => resolve()));
    this.ready = this.#started(startupTimeoutMs);
    this.ready.catch(() => undefined);
    void this.ended.then(() => this.#fail());
  }

  /**
   * Runs jobs. The one before must have ended.
   * @throws WorkerDied when the thread ended first, or did not answer within `timeoutMs` and was ended therefore
   */
  run(jobs: readonly Job[], timeoutMs: number): Promise<Outcome[]> {
    return new Promise((resolve, reject) => {
      const timer = setTimeout(() => this.#end("timed out"), timeoutMs);
      this.#batch = { timer, resolve, reject };
      const message: BatchMessage = { jobs };
      this.#worker.postMessage(message);
    });
  }

  /** Ends the thread, whatever it is doing. */
  async stop(): Promise<void> {
    this.#end("stopped");
    await this.ended;
  }

  #end(why: DeathCause): void {
    this.#cause = { why };
    void this.#worker.terminate();
  }

  #started(timeoutMs: number): Promise<ModelInfo> {
    return new Promise((resolve, reject) => {
      const timer = setTimeout(() => {
        reject(new WorkerDied("timed out", `the model was not loaded within ${timeoutMs / 1000} s`));
        this.#end("timed out");
      }, timeoutMs);
      this.#worker.on("message", (message: WorkerMessage) => {
        clearTimeout(timer);
        if (message.type === "ready") {
          this.memory = message.memory;
          resolve(message.info);
        } else if (message.type === "failed") reject(receivedError(message.error));
        else {
          this.memory = message.memory;
          this.stages = message.stages;
          this.#finish(message.outcomes);
        }
      });
      void this.ended.then(() => {
        clearTimeout(timer);
        reject(this.death());
      });
    });
  }

  #finish(outcomes: readonly SentOutcome[]): void {
    const batch = this.#takeBatch();
    batch?.resolve(
      outcomes.map((outcome) => (outcome.ok ? outcome : { ok: false, error: receivedError(outcome.error) })),
    );
  }

  #fail(): void {
    this.#takeBatch()?.reject(this.death());
  }

  #takeBatch(): RunningBatch | null {
    const batch = this.#batch;
    this.#batch = null;
    if (batch !== null) clearTimeout(batch.timer);
    return batch;
  }

  /** Why the thread ended. */
  death(): WorkerDied {
    const { why, error } = this.#cause;
    const reason = error instanceof Error ? `: ${error.message}` : "";
    return new WorkerDied(why, `worker ${this.id} ${why}${reason}`, { cause: error });
  }
}

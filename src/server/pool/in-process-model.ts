/**
 * @module
 * A model on the thread of the server itself: for embedding, for tests, and for `--workers 0`.
 */

import type { Model } from "../../model/model.ts";
import { ClientGone, RequestError } from "../errors.ts";
import { defaultLimits } from "../limits.ts";
import { defaultServing } from "../served-model.ts";
import type { ServedModel, ServingSettings, WorkerStatus } from "../served-model.ts";
import { JobQueue, Ticket } from "./job-queue.ts";
import type { Job, JobLimits, ModelInfo, Reply } from "./job.ts";
import { perform } from "./perform.ts";

/** How an {@link InProcessModel} is served. */
export interface InProcessOptions {
  readonly settings?: Partial<ServingSettings>;
  readonly limits?: JobLimits;
  readonly url?: string;
}

/**
 * Runs one batch after another on this thread, in order of arrival. Between two the event loop turns, so that uploads and
 * health checks go on. It cannot be scaled and has no timeouts: nobody is there to end what runs.
 */
export class InProcessModel implements ServedModel {
  readonly name: string;
  readonly version: string;
  readonly url: string;
  readonly loadedAtStartup = true;
  readonly settings: ServingSettings;
  readonly info: ModelInfo;
  readonly healthy = true;
  readonly #model: Model;
  readonly #limits: JobLimits;
  readonly #queue = new JobQueue();
  readonly #startedAt = new Date();
  #active = false;
  #closing = false;
  #onIdle: (() => void) | null = null;

  constructor(model: Model, options: InProcessOptions = {}) {
    const { name, version, description, input, classes } = model;
    this.name = name;
    this.version = version;
    this.url = options.url ?? name;
    this.info = { description, input, classes };
    this.settings = { ...defaultServing, ...options.settings, minWorkers: 1, maxWorkers: 1 };
    this.#model = model;
    this.#limits = options.limits ?? defaultLimits;
  }

  get waiting(): number {
    return this.#queue.length;
  }

  workers(): WorkerStatus[] {
    const memory = process.memoryUsage().rss;
    return [{ id: "9000", ready: true, startedAt: this.#startedAt, memory }];
  }

  run(job: Job, signal: AbortSignal): Promise<Reply> {
    const { jobQueueSize } = this.settings;
    if (this.#closing) {
      return Promise.reject(
        new RequestError("unavailable", `Model "${this.name}" takes no more requests: it is being stopped.`),
      );
    }
    if (this.#queue.length >= jobQueueSize) {
      return Promise.reject(
        new RequestError(
          "unavailable",
          `Model "${this.name}" is busy: ${jobQueueSize} requests wait already (job_queue_size). Try again later.`,
          { retryAfter: 1 },
        ),
      );
    }
    const ticket = new Ticket(job);
    const cancel = (): void => {
      this.#queue.remove(ticket);
      ticket.reject(new ClientGone("the client left before its turn"));
    };
    signal.addEventListener("abort", cancel, { once: true });
    ticket.onSettled(() => signal.removeEventListener("abort", cancel));
    this.#queue.push(ticket);
    if (signal.aborted) cancel();
    if (!this.#active) {
      this.#active = true;
      setImmediate(this.#next);
    }
    return ticket.reply;
  }

  scale(minWorkers: number): Promise<void> {
    return Promise.reject(
      new RequestError(
        "badRequest",
        `Model "${this.name}" runs on the server's own thread and cannot have ${minWorkers} workers. ` +
          "Start the server with workers to scale it.",
      ),
    );
  }

  close(patienceMs: number): Promise<boolean> {
    this.#closing = true;
    if (!this.#active) return Promise.resolve(true);
    return new Promise((resolve) => {
      const patience = setTimeout(() => resolve(false), patienceMs);
      this.#onIdle = () => {
        clearTimeout(patience);
        resolve(true);
      };
    });
  }

  readonly #next = (): void => {
    const batch = this.#queue.takeBatch(this.settings.batchSize);
    if (batch.length === 0) {
      this.#active = false;
      this.#onIdle?.();
      return;
    }
    const jobs = batch.map(({ job }) => job);
    perform(this.#model, jobs, this.#limits).forEach((outcome, i) => {
      if (outcome.ok) batch[i].resolve(outcome.reply);
      else batch[i].reject(outcome.error);
    });
    setImmediate(this.#next);
  };
}

/**
 * @module
 * A served model whose jobs wait until a test lets them go.
 */

import { InProcessModel } from "../../src/server/index.ts";
import type {
  Job,
  ModelInfo,
  Reply,
  ServedModel,
  ServingSettings,
  WorkerStatus,
} from "../../src/server/index.ts";
import type { Model } from "../../src/model/model.ts";

/** Holds every job until it is let go, and counts. */
export class HeldModel implements ServedModel {
  readonly #inner: InProcessModel;
  readonly #release: (() => void)[] = [];
  readonly #arrived: (() => void)[] = [];
  /** The first `expected` jobs as they come. */
  readonly arrivals: Promise<void>[] = [];
  readonly signals: AbortSignal[] = [];
  computed = 0;

  constructor(model: Model, expected: number) {
    this.#inner = new InProcessModel(model);
    for (let i = 0; i < expected; i++) {
      this.arrivals.push(new Promise((resolve) => this.#arrived.push(resolve)));
    }
  }

  readonly version = "1.0";
  readonly url = "held";
  readonly loadedAtStartup = true;
  readonly healthy = true;
  readonly waiting = 0;

  get name(): string {
    return this.#inner.name;
  }

  get info(): ModelInfo {
    return this.#inner.info;
  }

  get settings(): ServingSettings {
    return this.#inner.settings;
  }

  workers(): WorkerStatus[] {
    return this.#inner.workers();
  }

  async run(job: Job, signal: AbortSignal): Promise<Reply> {
    this.signals.push(signal);
    this.#arrived.shift()?.();
    await new Promise<void>((resolve) => this.#release.push(resolve));
    const reply = await this.#inner.run(job, signal);
    this.computed++;
    return reply;
  }

  /** Lets all jobs go that have come. */
  letGo(): void {
    for (const release of this.#release.splice(0)) release();
  }

  scale(minWorkers: number): Promise<void> {
    return this.#inner.scale(minWorkers);
  }

  close(patienceMs: number): Promise<boolean> {
    return this.#inner.close(patienceMs);
  }
}

/** A served model whose every job fails. */
export class BrokenModel extends HeldModel {
  readonly #error: unknown;

  constructor(model: Model, error: unknown) {
    super(model, 0);
    this.#error = error;
  }

  override run(): Promise<Reply> {
    // eslint-disable-next-line @typescript-eslint/prefer-promise-reject-errors -- a defect can be anything
    return Promise.reject(this.#error);
  }
}

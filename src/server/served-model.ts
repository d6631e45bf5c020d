/**
 * @module
 * A version of a model as the server offers it, whoever computes its answers.
 */

import type { Job, ModelInfo, Reply } from "./pool/job.ts";

/** What is set for one version of a model, under TorchServe's names, with its units. */
export interface ServingSettings {
  /** Workers that run. 0 is possible: requests are then answered 503. */
  readonly minWorkers: number;
  /** Told, not used: as in TorchServe, nothing scales by itself. */
  readonly maxWorkers: number;
  /** Most requests in one run of the model; 1. */
  readonly batchSize: number;
  /**
   * Milliseconds that TorchServe waits for a batch to fill; 100. Here a batch never waits: it leaves when a worker is free,
   * with what is there.
   */
  readonly maxBatchDelay: number;
  /** Seconds for a worker to answer a batch; 120. */
  readonly responseTimeout: number;
  /** Seconds for a worker to load the model; 120. A request waits for a worker for both timeouts together at most. */
  readonly startupTimeout: number;
  /** Seconds after which a worker that cannot be brought back is given up; 300. */
  readonly maxRetryTimeoutInSec: number;
  /** Milliseconds after which a request is answered 503 if there is no reply by then; 0 is never. */
  readonly clientTimeoutInMills: number;
  /** Requests that may wait for a worker; 100. */
  readonly jobQueueSize: number;
}

/** More threads than this help nobody, and starting them hurts everybody. */
export const MAX_WORKERS = 1_024;

/** What applies unless told otherwise; the number of workers has no default of its own. */
export const defaultServing: Omit<ServingSettings, "minWorkers" | "maxWorkers"> = {
  batchSize: 1,
  maxBatchDelay: 100,
  responseTimeout: 120,
  startupTimeout: 120,
  maxRetryTimeoutInSec: 300,
  clientTimeoutInMills: 0,
  jobQueueSize: 100,
};

/** A worker as a description of the model lists it. */
export interface WorkerStatus {
  readonly id: string;
  readonly ready: boolean;
  readonly startedAt: Date;
  /** Bytes. */
  readonly memory: number;
}

/** A version of a model that answers jobs. */
export interface ServedModel {
  readonly name: string;
  readonly version: string;
  /** Where it came from, as a description shows it: the file's name in the store. */
  readonly url: string;
  readonly loadedAtStartup: boolean;
  /** What its archive says it runs on, for descriptions; "python" unless said. */
  readonly runtime?: string;
  readonly settings: ServingSettings;
  /** Null until the model was loaded for the first time. */
  readonly info: ModelInfo | null;
  /** Requests that wait for a worker. */
  readonly waiting: number;
  /** Whether a request would be answered at once: a worker is ready, or was and comes back at once. */
  readonly healthy: boolean;

  /**
   * Computes the reply to a job. It is dropped when `signal` aborts: before its run it is not computed, during its run the
   * reply is discarded.
   * @throws RequestError when the job is not possible, no worker serves it, too many wait, or it took too long
   * @throws ClientGone when `signal` aborted
   */
  run(job: Job, signal: AbortSignal): Promise<Reply>;

  /** The workers that there are. */
  workers(): WorkerStatus[];

  /**
   * Changes the number of workers and resolves when the new ones are ready.
   * @throws what prevented one from loading the model; the number is then as before
   */
  scale(minWorkers: number, maxWorkers: number): Promise<void>;

  /**
   * Takes no more jobs, lets those that were accepted finish, and ends the workers.
   * @param patienceMs after which jobs are cut off
   * @returns whether all jobs were finished
   */
  close(patienceMs: number): Promise<boolean>;
}

/** Whether the first workers of a model are on their way: nothing is known of it yet, and its requests wait for them. */
export function isLoading(model: ServedModel): boolean {
  return model.info === null && model.workers().length > 0;
}

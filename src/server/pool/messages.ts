/**
 * @module
 * What the main thread and a worker say to each other.
 */

import type { SentError } from "./failure.ts";
import type { Job, JobLimits, ModelInfo, Reply } from "./job.ts";
import type { StageTimes } from "./stages.ts";
import type { ModelName, ModelSource } from "./model-source.ts";

/** What a worker is born with. */
export interface WorkerSetup {
  readonly model: ModelName;
  readonly source: ModelSource;
  readonly limits: JobLimits;
  /** What plans lie in, together with those of the model's other workers, and this worker's number there; its own memory unless given. */
  readonly shared?: { readonly memory: WebAssembly.Memory; readonly owner: number };
  /** Whether it is born only to know whether the model can be loaded; false. */
  readonly trial?: boolean;
}

/** Jobs to be run together. A worker has one batch at a time. */
export interface BatchMessage {
  readonly jobs: readonly Job[];
}

/** An outcome, with its error as plain data. */
export type SentOutcome =
  { readonly ok: true; readonly reply: Reply } | { readonly ok: false; readonly error: SentError };

/** What a worker says: that its model is loaded, that it cannot be, or how the jobs of its batch ended. */
export type WorkerMessage =
  | { readonly type: "ready"; readonly info: ModelInfo; readonly memory: number }
  | { readonly type: "failed"; readonly error: SentError }
  | {
      readonly type: "done";
      readonly outcomes: readonly SentOutcome[];
      readonly stages: StageTimes;
      readonly memory: number;
    };

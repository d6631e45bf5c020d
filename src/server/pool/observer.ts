/**
 * @module
 * What a pool tells whoever watches it: metrics and logs are made of this.
 */

import type { StageTimes } from "./stages.ts";

/** Which worker of which model. */
export interface WorkerName {
  readonly model: string;
  readonly version: string;
  /** The worker's id, "9000" and up. */
  readonly worker: string;
}

/** Receives what happens; every method may be missing, and none may throw. */
export interface PoolObserver {
  /** A worker has loaded its model; TorchServe's WorkerLoadTime. */
  workerReady?(event: WorkerName & { readonly milliseconds: number }): void;
  /** A worker ended unasked. It starts again after `restartMs`; null when it was given up. */
  workerLost?(event: WorkerName & { readonly error: unknown; readonly restartMs: number | null }): void;
  /** A batch has been answered. */
  batchDone?(
    event: WorkerName & {
      /** Milliseconds that each of its jobs had waited. */
      readonly queueMs: readonly number[];
      /** Milliseconds from handing the batch over to its outcomes. */
      readonly workerMs: number;
      /** What its jobs spent that time with. */
      readonly stages: StageTimes;
    },
  ): void;
}

/** What comes after a worker is lost, in words for logs. */
export function afterLoss(restartMs: number | null): string {
  if (restartMs === null) return "given up";
  return restartMs === 0 ? "starts again at once" : `starts again in ${restartMs / 1000} s`;
}

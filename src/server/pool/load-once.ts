/**
 * @module
 * Whether a model can be loaded at all: tried on a thread that ends afterwards.
 */

import { threadEntry } from "../../node/thread-entry.ts";
import type { ModelInfo } from "./job.ts";
import type { WorkerSetup } from "./messages.ts";
import { RESOURCE_LIMITS, WorkerThread } from "./worker-thread.ts";

/**
 * Loads a model on a thread of its own, which ends before this resolves: it costs nobody anything afterwards.
 * @returns what is known of the model
 * @throws what prevented the thread from loading it, or {@link WorkerDied} when it did not do so in time
 */
export async function loadOnce({
  setup,
  timeoutMs,
  entry = threadEntry("worker", import.meta.url),
}: {
  readonly setup: WorkerSetup;
  readonly timeoutMs: number;
  readonly entry?: URL;
}): Promise<ModelInfo> {
  const thread = new WorkerThread({
    id: "trial",
    entry,
    setup: { ...setup, trial: true },
    startupTimeoutMs: timeoutMs,
    resourceLimits: RESOURCE_LIMITS,
  });
  try {
    return await thread.ready;
  } finally {
    await thread.stop();
  }
}

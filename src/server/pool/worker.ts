/**
 * @module
 * The thread of one worker: loads its model, then runs batches as they come. It knows no HTTP.
 */

import { getHeapStatistics } from "node:v8";
import { parentPort, workerData } from "node:worker_threads";
import type { MessagePort } from "node:worker_threads";
import type { Model } from "../../model/model.ts";
import { useHold } from "../../node/uninterrupted.ts";
import type { Hold } from "../../node/uninterrupted.ts";
import { SharedMemory, useSharedMemory } from "../../runtime/index.ts";
import { sentError } from "./failure.ts";
import type { BatchMessage, SentOutcome, WorkerMessage, WorkerSetup } from "./messages.ts";
import { openSource } from "./model-source.ts";
import { perform } from "./perform.ts";
import { StageClock } from "./stages.ts";

async function main(port: MessagePort, setup: WorkerSetup & { readonly hold: Hold }): Promise<void> {
  const { model: name, source, limits, shared, trial } = setup;
  useHold(setup.hold);
  const say = (message: WorkerMessage): void => port.postMessage(message);
  const memory = shared === undefined ? null : new SharedMemory(shared.memory, shared.owner);
  useSharedMemory(memory);
  let model: Model;
  try {
    model = await openSource(source, name, trial);
  } catch (error) {
    say({ type: "failed", error: sentError(error) });
    port.close();
    return;
  }
  port.on("message", ({ jobs }: BatchMessage) => {
    const clock = new StageClock();
    const outcomes = perform(model, jobs, limits, clock).map((outcome): SentOutcome =>
      outcome.ok ? outcome : { ok: false, error: sentError(outcome.error) },
    );
    say({ type: "done", outcomes, stages: clock.times, memory: memoryUse(memory) });
  });
  const { description, input, classes } = model;
  say({ type: "ready", info: { description, input, classes }, memory: memoryUse(memory) });
}

/** Bytes of this thread's heap, of the arrays that it holds, and of the memory that it shares with others as far as it uses it. */
function memoryUse(shared: SharedMemory | null): number {
  const { total_heap_size: heap, external_memory: external } = getHeapStatistics();
  return heap + external + (shared?.used ?? 0);
}

if (parentPort !== null) void main(parentPort, workerData as WorkerSetup & { readonly hold: Hold });

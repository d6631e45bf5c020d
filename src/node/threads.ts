/** @module How many threads plans take. */

import { once } from "node:events";
import { Worker } from "node:worker_threads";
import { ArgumentError } from "../errors.ts";
import { CallQueue, newQueue } from "../runtime/call-queue.ts";
import type { QueueSetup } from "../runtime/call-queue.ts";
import { newSharedMemory, SharedMemory, useSharedMemory } from "../runtime/index.ts";
import { threadEntry, threadOptions } from "./thread-entry.ts";

/** More help nobody: parts of a batch get too small. */
const MOST_THREADS = 64;

interface Thread {
  readonly worker: Worker;
  readonly queue: CallQueue;
}

let threads: readonly Thread[] = [];

/** The change that is under way: one waits for the other. */
let change: Promise<void> = Promise.resolve();

/** How many threads plans take, this one included; `torch.get_num_threads`. */
export function getNumThreads(): number {
  return threads.length + 1;
}

/**
 * Sets how many threads compute what is captured from now on (see `capture` and `captureTraining`; models are): each takes some of the rows
 * of a batch. What was captured before goes on, on this thread alone. An explanation by the short way along its line runs on one thread, and
 * so do eager operations; a server has workers for more. The number is 1 until this is called, while PyTorch starts with one for each
 * core; `torch.set_num_threads`.
 *
 * Sums over a batch are taken part by part, so the last bits of gradients depend on the number, as PyTorch's do. The threads do not keep
 * the process alive.
 * @throws ArgumentError when the count is no integer from 1 to 64
 *
 * @example
 * await setNumThreads(2);
 * const forward = captureTraining((x) => net.forward(x));
 */
export async function setNumThreads(count: number): Promise<void> {
  if (!Number.isInteger(count) || count < 1 || count > MOST_THREADS) {
    throw new ArgumentError(`setNumThreads: expected an integer from 1 to ${MOST_THREADS}, got ${count}`);
  }
  const changed = change.then(() => changeTo(count));
  change = changed.catch(() => undefined);
  await changed;
}

async function changeTo(count: number): Promise<void> {
  const old = threads;
  threads = [];
  useSharedMemory(null);
  for (const { queue } of old) queue.isOpen = false;
  await Promise.all(old.map(({ worker }) => worker.terminate()));
  const memory = count === 1 ? null : newSharedMemory();
  if (memory === null) return;
  const shared = new SharedMemory(memory, 1);
  const setups = Array.from({ length: count - 1 }, () => newQueue(shared)).filter((setup) => setup !== null);
  threads = await Promise.all(setups.map(start));
  useSharedMemory(
    shared,
    threads.map(({ queue }) => queue),
  );
}

async function start(setup: QueueSetup): Promise<Thread> {
  const entry = threadEntry("kernel-thread", import.meta.url);
  const worker = new Worker(entry, threadOptions(entry, { workerData: setup }));
  await once(worker, "message");
  worker.unref();
  return { worker, queue: new CallQueue(setup) };
}

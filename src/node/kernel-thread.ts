/** @module The program of a thread that makes kernel calls for another; see ./threads.ts. */

import { parentPort, workerData } from "node:worker_threads";
import { serveCalls } from "../runtime/call-queue.ts";
import type { QueueSetup } from "../runtime/call-queue.ts";

if (parentPort !== null) {
  parentPort.postMessage("ready");
  serveCalls(workerData as QueueSetup);
}

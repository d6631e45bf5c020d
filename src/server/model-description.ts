/**
 * @module
 * A model as the management port describes it, in TorchServe's fields and their order.
 */

import type { ServedModel } from "./served-model.ts";

/** The description of one version; fields of what candil does not do have the values that say so. */
export function describeServedModel(model: ServedModel): object {
  const { settings } = model;
  return {
    modelName: model.name,
    modelVersion: model.version,
    modelUrl: model.url,
    runtime: model.runtime ?? "python",
    minWorkers: settings.minWorkers,
    maxWorkers: settings.maxWorkers,
    batchSize: settings.batchSize,
    maxBatchDelay: settings.maxBatchDelay,
    responseTimeout: settings.responseTimeout,
    startupTimeout: settings.startupTimeout,
    maxRetryTimeoutInSec: settings.maxRetryTimeoutInSec,
    clientTimeoutInMills: settings.clientTimeoutInMills,
    parallelType: "",
    parallelLevel: 0,
    deviceType: "cpu",
    continuousBatching: false,
    useJobTicket: false,
    useVenv: false,
    stateful: false,
    sequenceMaxIdleMSec: 0,
    sequenceTimeoutMSec: 0,
    maxNumSequence: 0,
    maxSequenceJobQueueSize: 0,
    loadedAtStartup: model.loadedAtStartup,
    workers: model.workers().map(({ id, ready, startedAt, memory }) => ({
      id,
      startTime: startedAt.toISOString(),
      status: ready ? "READY" : "UNLOADING",
      memoryUsage: memory,
      pid: process.pid,
      gpu: false,
      gpuUsage: "N/A",
    })),
    jobQueueStatus: {
      remainingCapacity: Math.max(0, settings.jobQueueSize - model.waiting),
      pendingRequests: model.waiting,
    },
  };
}

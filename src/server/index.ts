/**
 * @module
 * `candil/server`: Express apps that speak TorchServe's inference API, and the process around them.
 */

export { createInferenceApp } from "./app.ts";
export type { InferenceAppOptions } from "./app.ts";
export { RequestError } from "./errors.ts";
export type { ErrorBody, Failure } from "./errors.ts";
export type { InferenceDoor } from "./inference-app.ts";
export { defaultLimits } from "./limits.ts";
export type { Limits } from "./limits.ts";
export { accessLine } from "./logger.ts";
export type { AccessRecord, Logger } from "./logger.ts";
export { ModelRegistry } from "./models.ts";
export { InProcessModel } from "./pool/in-process-model.ts";
export type { InProcessOptions } from "./pool/in-process-model.ts";
export type * from "./pool/job.ts";
export { sharedCopy } from "./pool/shared-copy.ts";
export type { ModelName, ModelSource } from "./pool/model-source.ts";
export type { PoolObserver, WorkerName } from "./pool/observer.ts";
export { PooledModel } from "./pool/pooled-model.ts";
export type { PooledModelOptions } from "./pool/pooled-model.ts";
export { defaultServing } from "./served-model.ts";
export type { ServedModel, ServingSettings, WorkerStatus } from "./served-model.ts";
export type { RunningServer } from "./running-server.ts";
export { startServer } from "./start.ts";
export type { StartOptions } from "./start.ts";
export { stopOnSignal } from "./stop-on-signal.ts";

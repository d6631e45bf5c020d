/**
 * @module
 * `candil/server`: Express apps that speak TorchServe's inference API, and the process around them.
 */

export { createInferenceApp } from "./app.ts";
export type { InferenceAppOptions } from "./app.ts";
export { RequestError } from "./errors.ts";
export type { ErrorBody, Failure } from "./errors.ts";
export { defaultLimits } from "./limits.ts";
export type { Limits } from "./limits.ts";
export { accessLine } from "./logger.ts";
export type { AccessRecord, Logger } from "./logger.ts";
export { ModelRegistry } from "./models.ts";
export { InProcessRunner } from "./runner.ts";
export type { Job, Result, Runner } from "./runner.ts";
export { startServer, stopOnSignal } from "./start.ts";
export type { RunningServer, StartOptions } from "./start.ts";

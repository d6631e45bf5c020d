/** @module How a model runs fast: eager functions captured into plans. */

export { capture, MAX_CAPTURED_ROWS } from "./capture.ts";
export type { Captured } from "./capture.ts";
export { useSharedMemory } from "./machine.ts";
export { Runtime } from "./runtime.ts";
export { newSharedMemory, releaseOwner, SharedMemory } from "./shared-memory.ts";
export { captureTraining, keepsTrainingLosses } from "./training/capture-training.ts";
export type { CapturedTraining } from "./training/capture-training.ts";

/** @module Optimizers and learning rate schedules. */

export { Adadelta } from "./adadelta.ts";
export type { AdadeltaSettings } from "./adadelta.ts";
export { Adam, AdamW } from "./adam.ts";
export type { AdamSettings } from "./adam.ts";
export { Optimizer } from "./optimizer.ts";
export type { BaseSettings, ParameterState, ParamGroup, ParamSource } from "./optimizer.ts";
export type { Saved, SavedMap } from "./saved.ts";
export { SGD } from "./sgd.ts";
export type { SgdSettings } from "./sgd.ts";
export { LRScheduler, StepLR } from "./lr-scheduler.ts";
export type { Scheduled } from "./lr-scheduler.ts";

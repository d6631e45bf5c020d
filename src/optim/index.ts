/** @module Optimizers and learning rate schedules. */

export { Adadelta } from "./adadelta.ts";
export type { AdadeltaSettings } from "./adadelta.ts";
export { Adam, AdamW } from "./adam.ts";
export type { AdamSettings } from "./adam.ts";
export { Optimizer } from "./optimizer.ts";
export type {
  BaseSettings,
  OptimizerStateDict,
  ParameterState,
  ParamGroup,
  ParamSource,
  SavedValue,
} from "./optimizer.ts";
export { SGD } from "./sgd.ts";
export type { SgdSettings } from "./sgd.ts";
export { LRScheduler, StepLR } from "./step-lr.ts";

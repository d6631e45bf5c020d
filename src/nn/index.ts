/** @module Modules, layers, losses and initial values, under the names of `torch.nn`. */

export {
  ELU,
  GELU,
  Hardsigmoid,
  Hardswish,
  LeakyReLU,
  ReLU,
  ReLU6,
  Sigmoid,
  SiLU,
  Softplus,
  Tanh,
} from "./activations.ts";
export { BatchNorm1d, BatchNorm2d } from "./batch-norm.ts";
export type { BatchNormLayerOptions } from "./batch-norm.ts";
export { ModuleDict, ModuleList, Sequential } from "./containers.ts";
export { Conv2d } from "./conv2d.ts";
export type { Conv2dLayerOptions, PaddingMode } from "./conv2d.ts";
export { Dropout, Dropout2d } from "./dropout.ts";
export * as init from "./init.ts";
export { Linear } from "./linear.ts";
export { BCEWithLogitsLoss, CrossEntropyLoss, MSELoss, NLLLoss } from "./losses.ts";
export { Module } from "./module.ts";
export { CircularPad2d, ConstantPad2d, ReflectionPad2d, ReplicationPad2d, ZeroPad2d } from "./padding.ts";
export type { Sides } from "./padding.ts";
export { Parameter } from "./parameter.ts";
export { AdaptiveAvgPool2d, AvgPool2d, MaxPool2d } from "./pooling.ts";
export { Flatten, Identity, Unflatten } from "./shape.ts";
export { LogSoftmax, Softmax } from "./softmax.ts";
export type { StateDictReport } from "./state-dict.ts";
export { Upsample } from "./upsample.ts";

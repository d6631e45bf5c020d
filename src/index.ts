/**
 * @module
 * The entry `candil`: tensors, gradients, layers, optimizers, explanations and checkpoints. Runs unchanged in Node and in
 * a browser. This is the only list of public names; `candil/node` and `candil/server` add what needs Node.
 *
 * @example
 * import { conv2d, grad, nn, randn, relu, sum } from "candil";
 */

export * from "./errors.ts";

export {
  arange,
  eye,
  fromData,
  full,
  linspace,
  ones,
  onesLike,
  tensor,
  zeros,
  zerosLike,
} from "./tensor/creation.ts";
export type { NestedNumbers, TensorOptions } from "./tensor/creation.ts";
export type { DType, DTypeArrays, FloatDType, IntDType } from "./tensor/dtype.ts";
export {
  bernoulli,
  defaultGenerator,
  Generator,
  manualSeed,
  rand,
  randint,
  randn,
  randperm,
} from "./tensor/random.ts";
export type { GeneratorState, RandomOptions } from "./tensor/random.ts";
export type { Shape } from "./tensor/shape.ts";
export { Tensor } from "./tensor/tensor.ts";
export type { AnyTensor, NestedArray } from "./tensor/tensor.ts";

export * as autograd from "./autograd/index.ts";
export { enableGrad, grad, isGradEnabled, noGrad } from "./autograd/index.ts";

export * from "./ops/index.ts";

export * as nn from "./nn/index.ts";
export * as optim from "./optim/index.ts";

export * from "./attribution/index.ts";

export * from "./checkpoint/index.ts";

export { capture, captureTraining, MAX_CAPTURED_ROWS, Runtime } from "./runtime/index.ts";
export type { Captured } from "./runtime/index.ts";

export { baseHandler, imageClassifier, mnistHandler, topClasses } from "./model/built-in-handlers.ts";
export { defineHandler } from "./model/handler.ts";
export { registerHandler } from "./model/handlers.ts";
export type { Handler, HandlerContext, HandlerHooks, Row } from "./model/handler.ts";
export { Float } from "./model/json-value.ts";
export type { JsonValue } from "./model/json-value.ts";
export { moduleFromSource, PythonError, SourceModule } from "./python/index.ts";
export type { ModuleSource, MachineLimits as PythonLimits, PythonErrorKind } from "./python/index.ts";

export { loadModel } from "./model/load.ts";
export type { LoadModelOptions } from "./model/load.ts";
export { createMnistNet } from "./model/mnist-net.ts";
export { mnistModel } from "./model/mnist.ts";
export type { MnistOptions } from "./model/mnist.ts";
export { registerModule } from "./model/modules.ts";
export type { Classifier } from "./model/modules.ts";
export { Model } from "./model/model.ts";
export type { Classification, Explanation, InputSize, ModelSpec, Prediction } from "./model/model.ts";

export * as vision from "./vision/index.ts";

export { MnistDigits } from "./data/mnist.ts";
export { evaluate, trainEpoch } from "./training/train.ts";
export type { EpochOptions, Progress, Score } from "./training/train.ts";

export { availableKernels, kernelFamily, setKernels } from "./kernels/index.ts";
export type { KernelFamily } from "./kernels/index.ts";

/**
 * @module
 * All operations, under PyTorch's names. A test fails when one of them has no row in the case table.
 */

export { add, div, mul, pow, sub } from "./arithmetic.ts";
export { adaptiveAvgPool2d } from "./adaptive-avg-pool2d.ts";
export type { OutputSize } from "./adaptive-avg-pool2d.ts";
export { avgPool2d } from "./avg-pool2d.ts";
export type { AvgPool2dOptions } from "./avg-pool2d.ts";
export { batchNorm } from "./batch-norm.ts";
export type { BatchNormOptions } from "./batch-norm.ts";
export { conv2d } from "./conv2d.ts";
export type { Conv2dOptions } from "./conv2d.ts";
export { dropout, dropout2d } from "./dropout.ts";
export type { DropoutOptions, UniformSource } from "./dropout.ts";
export { interpolate } from "./interpolate.ts";
export type { InterpolateOptions } from "./interpolate.ts";
export { linear } from "./linear.ts";
export { matmul } from "./matmul.ts";
export { maxPool2d, maxPool2dWithIndices } from "./max-pool2d.ts";
export type { MaxPool2dOptions, MaxPool2dResult } from "./max-pool2d.ts";
export { abs, exp, log, neg, sqrt } from "./math.ts";
export { pad } from "./pad.ts";
export type { PadMode, PadOptions } from "./pad.ts";
export { prelu } from "./prelu.ts";
export { relu } from "./relu.ts";
export { mean, sum } from "./sum.ts";
export type { ReduceOptions } from "./sum.ts";
export type { Operand } from "./broadcast.ts";
export type { Pair } from "./window2d.ts";
export { flatten, reshape, squeeze, unsqueeze, view } from "./reshape.ts";
export { narrow, select, slice } from "./slice.ts";
export { gather, indexSelect } from "./index-select.ts";
export { logSoftmax, softmax } from "./softmax.ts";
export { nllLoss } from "./nll-loss.ts";
export type { NllLossOptions } from "./nll-loss.ts";
export type { Indices } from "./indices.ts";
export type { LossOptions, Reduction } from "./reduction.ts";
export {
  elu,
  gelu,
  hardsigmoid,
  hardswish,
  leakyRelu,
  relu6,
  sigmoid,
  silu,
  softplus,
  tanh,
} from "./activations.ts";
export type { GeluApproximation } from "./activations.ts";
export { clamp, maximum, minimum } from "./clamp.ts";
export { amax, amin, argmax, argmin, max, min } from "./extremes.ts";
export type { Extremes } from "./extremes.ts";
export { logsumexp, std, variance } from "./variance.ts";
export type { VarianceOptions } from "./variance.ts";
export { permute, transpose } from "./permute.ts";
export { cat, stack } from "./cat.ts";
export { expand } from "./expand.ts";
export { where } from "./where.ts";
export { chunk, split } from "./split.ts";
export { index } from "./subscript.ts";
export type { Subscript } from "./subscript.ts";
export { crossEntropy } from "./cross-entropy.ts";
export type { CrossEntropyOptions } from "./cross-entropy.ts";
export { binaryCrossEntropyWithLogits, mseLoss } from "./element-losses.ts";

/**
 * @module
 * From options to the attribution method that carries them out.
 */

import { attributionMethods, isAttributionMethod } from "../attribution/index.ts";
import type {
  Attribution,
  AttributionMethodName,
  MethodOptions,
  QuadratureMethod,
} from "../attribution/index.ts";
import { allocate } from "../tensor/dtype.ts";
import { Tensor } from "../tensor/tensor.ts";
import { DEFAULT_STEPS } from "./explain-options.ts";
import type { ExplainBaseline, ExplainOptions, ExplainOutput } from "./explain-options.ts";
import type { Classification, InputSize } from "./model.ts";

/** Features covered or ablated in one forward pass unless said; alone they would be a pass each. */
const PERTURBATIONS_PER_PASS = 32;

/** The part of a model that explaining it needs. */
export interface Explainable {
  readonly classes: readonly string[];
  readonly forward: (x: Tensor) => Tensor;
  readonly logits: (x: Tensor) => Tensor;
  readonly probabilities: (x: Tensor) => Tensor;
  classify(batch: Tensor): Classification[];
  black(like: InputSize): Tensor;
}

/** Attributions of a batch, picture by picture. */
export interface BatchAttributions {
  /** [C, H, W] each. */
  readonly attributions: Tensor[];
  /** The class that was explained, 0 or more. */
  readonly targets: number[];
  /** Null when not asked for, or when the method has none. */
  readonly deltas: number[] | null;
  /** Null for a method without a path. */
  readonly nSteps: number | null;
}

/** Explains a batch [N, C, H, W] with options that were checked before. */
export function attribute(
  model: Explainable,
  batch: Tensor,
  options: ExplainOptions,
  withDelta: boolean,
): BatchAttributions {
  const [, channels, height, width] = batch.shape;
  const size = { channels, height, width };
  const targets = resolveTargets(model, batch, options);
  const { name, rule } = methodOf(options);
  const method: Attribution<MethodOptions> = attributionMethods[name](outputOf(model, options.output));
  const nSteps = name === "integrated_gradients" ? (options.nSteps ?? DEFAULT_STEPS) : null;
  const { attributions, delta } = method.compute([batch], {
    target: targets,
    baselines: baselineOf(model, size, options.baseline),
    ...(nSteps === null ? {} : { nSteps, method: rule }),
    ...windowsOf(size, options.internalBatchSize),
    ...(options.internalBatchSize === undefined ? {} : { internalBatchSize: options.internalBatchSize }),
    ...(options.onProgress === undefined ? {} : { onProgress: options.onProgress }),
    returnConvergenceDelta: withDelta && method.hasConvergenceDelta,
  });
  return {
    attributions: pictures(attributions[0]),
    targets,
    deltas: delta === null ? null : Array.from(delta.data),
    nSteps,
  };
}

function resolveTargets(model: Explainable, batch: Tensor, { target }: ExplainOptions): number[] {
  if (target === "predicted") return model.classify(batch).map(({ prediction }) => prediction);
  const classes = model.classes.length;
  const list = typeof target === "number" ? new Array<number>(batch.shape[0]).fill(target) : target;
  return list.map((index) => (index < 0 && classes > 0 ? index + classes : index));
}

function methodOf({ method }: ExplainOptions): { name: AttributionMethodName; rule: QuadratureMethod } {
  if (method === undefined) return { name: "integrated_gradients", rule: "gausslegendre" };
  return isAttributionMethod(method)
    ? { name: method, rule: "gausslegendre" }
    : { name: "integrated_gradients", rule: method };
}

function outputOf(model: Explainable, output: ExplainOutput = "forward"): (x: Tensor) => Tensor {
  return { forward: model.forward, logit: model.logits, prob: model.probabilities }[output];
}

function baselineOf(
  model: Explainable,
  size: InputSize,
  baseline: ExplainBaseline = "zero",
): number | Tensor {
  if (baseline === "zero") return 0;
  return baseline === "black" ? model.black(size) : baseline;
}

/** Occlusion by windows of a seventh of the picture, half of which they move at a time: 4 × 4 by 2 for 28 × 28. */
function windowsOf(input: InputSize, internalBatchSize = PERTURBATIONS_PER_PASS): Partial<MethodOptions> {
  const height = Math.max(1, Math.round(input.height / 7));
  const width = Math.max(1, Math.round(input.width / 7));
  const half = (size: number): number => Math.max(1, Math.floor(size / 2));
  return {
    perturbationsPerEval: internalBatchSize,
    slidingWindowShapes: [input.channels, height, width],
    strides: [input.channels, half(height), half(width)],
  };
}

/** The rows of [N, C, H, W] as tensors of their own, [C, H, W] each. */
function pictures(batch: Tensor): Tensor[] {
  const [examples, ...shape] = batch.shape;
  const size = batch.numel() / examples;
  return Array.from({ length: examples }, (_, i) => {
    const data = allocate(batch.dtype, size);
    data.set(batch.data.subarray(i * size, (i + 1) * size));
    return new Tensor(data, shape, batch.dtype);
  });
}

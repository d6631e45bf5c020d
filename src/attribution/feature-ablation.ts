/**
 * @module
 * Feature ablation: what the output loses when a feature is replaced by its baseline.
 */

import { ArgumentError, DTypeError, formatShape, ShapeError } from "../errors.ts";
import { isFloat } from "../tensor/dtype.ts";
import { sameShape } from "../tensor/shape.ts";
import { zerosLike } from "../tensor/creation.ts";
import type { Tensor, AnyTensor } from "../tensor/tensor.ts";
import { Attribution } from "./attribution.ts";
import type { ComputedAttributions } from "./attribution.ts";
import { baselineTensors } from "./baselines.ts";
import type { Baselines } from "./baselines.ts";
import { ScalarForward } from "./gradients.ts";
import type { TargetOptions } from "./gradients.ts";
import { batchSize, inputList, promotedInputs } from "./inputs.ts";
import type { Inputs } from "./inputs.ts";
import { lossesWithout } from "./perturbation.ts";
import type { Feature } from "./perturbation.ts";

/** Options of the methods that replace features by baselines. */
export interface PerturbationOptions extends TargetOptions {
  /** What a feature is replaced by; zeros unless said. */
  readonly baselines?: Baselines;
  /** How many features are tried in one forward pass; 1. It changes no result, only time and memory. */
  readonly perturbationsPerEval?: number;
  /** There is no delta. */
  readonly returnConvergenceDelta?: false;
}

/** Options of {@link FeatureAblation.attribute}. */
export interface FeatureAblationOptions extends PerturbationOptions {
  /**
   * For each input an integer tensor of its shape, or of one example of it: elements with the same number, also across
   * inputs, are one feature. Every element is a feature of its own unless said.
   */
  readonly featureMask?: Inputs;
}

/**
 * F(x) − F(x with one feature at its baseline), given to every element of that feature. The twin of
 * `captum.attr.FeatureAblation` for outputs of one scalar per example; its other outputs are refused.
 *
 * @throws ArgumentError, ShapeError, DTypeError when masks, baselines, inputs and output do not fit
 *
 * @example
 * const featureMask = tensor([[0, 0, 1]], { dtype: "int64" });
 * new FeatureAblation(net).attribute(tensor([[20, 50, 30]]), { target: 0, featureMask });
 */
export class FeatureAblation extends Attribution<FeatureAblationOptions> {
  readonly hasConvergenceDelta = false;

  override compute(given: readonly AnyTensor[], options: FeatureAblationOptions): ComputedAttributions {
    const examples = batchSize("FeatureAblation", given);
    const inputs = promotedInputs("FeatureAblation", given);
    const baselines = baselineTensors(inputs, options.baselines);
    const features =
      options.featureMask === undefined
        ? singleElements(inputs)
        : maskedFeatures(inputs, inputList(options.featureMask));
    const forward = new ScalarForward(this.forward, options, examples);
    const { sums } = lossesWithout(features, forward, inputs, baselines, options.perturbationsPerEval ?? 1);
    const attributions = inputs.map(zerosLike);
    attributions.forEach((attribution, i) => attribution.data.set(sums[i]));
    return { attributions, delta: null };
  }
}

/** Each element of an example, in all examples at once; one input after the other. */
function singleElements(inputs: readonly Tensor[]): Feature[] {
  return inputs.flatMap((x, input) => {
    const examples = x.shape[0];
    const rowSize = x.numel() / Math.max(1, examples);
    return Array.from({ length: rowSize }, (_, element) =>
      inputs.map((_x, i) =>
        i === input ? Array.from({ length: examples }, (_e, example) => example * rowSize + element) : [],
      ),
    );
  });
}

/** The elements of all inputs, gathered by the numbers of their masks. */
function maskedFeatures(inputs: readonly Tensor[], masks: readonly AnyTensor[]): Feature[] {
  if (masks.length !== inputs.length) {
    throw new ArgumentError(
      `featureMask: expected one for each of the ${inputs.length} inputs, got ${masks.length}`,
    );
  }
  const features = new Map<number, number[][]>();
  inputs.forEach((x, i) => {
    const mask = masks[i];
    checkMask(x, mask, i);
    for (let index = 0; index < x.numel(); index++) {
      const id = Number(mask.data[index % mask.numel()]);
      let feature = features.get(id);
      if (feature === undefined) features.set(id, (feature = inputs.map(() => [])));
      feature[i].push(index);
    }
  });
  return [...features.values()];
}

function checkMask(x: Tensor, mask: AnyTensor, i: number): void {
  if (isFloat(mask.dtype)) {
    throw new DTypeError(
      `featureMask: expected integers for input ${i}, got ${mask.dtype}; convert with .to("int64")`,
    );
  }
  const single = [1, ...x.shape.slice(1)];
  if (!sameShape(mask.shape, x.shape) && !sameShape(mask.shape, single)) {
    throw new ShapeError(
      `featureMask: expected shape ${formatShape(x.shape)} or ${formatShape(single)} for input ${i}, ` +
        `got ${formatShape(mask.shape)}`,
    );
  }
}

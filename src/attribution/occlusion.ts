/**
 * @module
 * Occlusion: what the output loses when a window of the input is covered.
 */

import { zerosLike } from "../tensor/creation.ts";
import type { AnyTensor } from "../tensor/tensor.ts";
import { Attribution } from "./attribution.ts";
import type { ComputedAttributions } from "./attribution.ts";
import { baselineTensors } from "./baselines.ts";
import type { PerturbationOptions } from "./feature-ablation.ts";
import { ScalarForward } from "./gradients.ts";
import { batchSize, promotedInputs } from "./inputs.ts";
import { lossesWithout } from "./perturbation.ts";
import type { Feature } from "./perturbation.ts";
import { slidingWindows, windowShapes, windowStrides } from "./windows.ts";
import type { WindowShape } from "./windows.ts";

/** Options of {@link Occlusion.attribute}. */
export interface OcclusionOptions extends PerturbationOptions {
  /** The window's sizes, as [1, 4, 4] for [N, 1, 28, 28]; for several inputs a list of them. Required. */
  readonly slidingWindowShapes?: WindowShape | readonly WindowShape[];
  /** How far the window moves: a number, one for each dimension, or a list of such lists for several inputs; 1. */
  readonly strides?: number | WindowShape | readonly WindowShape[];
}

/**
 * The mean of F(x) − F(x with a window at its baseline) over all windows that cover an element. A last window that would
 * reach beyond the edge is cut off there. Zeiler, Fergus, "Visualizing and Understanding Convolutional Networks" (2013).
 * The twin of `captum.attr.Occlusion` for outputs of one scalar per example.
 *
 * @throws ArgumentError, ShapeError when a window is missing, larger than its input, or smaller than its stride
 *
 * @example
 * new Occlusion(net).attribute(x, { target: 3, slidingWindowShapes: [1, 4, 4], strides: [1, 2, 2] });
 */
export class Occlusion extends Attribution<OcclusionOptions> {
  readonly hasConvergenceDelta = false;

  override compute(given: readonly AnyTensor[], options: OcclusionOptions): ComputedAttributions {
    const examples = batchSize("Occlusion", given);
    const inputs = promotedInputs("Occlusion", given);
    const baselines = baselineTensors(inputs, options.baselines);
    const windows = windowShapes(inputs, options.slidingWindowShapes);
    const strides = windowStrides(inputs, options.strides);
    const features = inputs.flatMap((x, i): Feature[] =>
      slidingWindows(x, windows[i], strides[i], i).map((indices) =>
        inputs.map((_, k) => (k === i ? indices : [])),
      ),
    );
    const forward = new ScalarForward(this.forward, options, examples);
    const losses = lossesWithout(features, forward, inputs, baselines, options.perturbationsPerEval ?? 1);
    const attributions = inputs.map(zerosLike);
    attributions.forEach(({ data }, i) => {
      for (let k = 0; k < data.length; k++) data[k] = losses.sums[i][k] / losses.counts[i][k];
    });
    return { attributions, delta: null };
  }
}

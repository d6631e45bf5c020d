/**
 * @module
 * Smoothing: any method, averaged over noisy copies of the input.
 */

import { ArgumentError } from "../errors.ts";
import { defaultGenerator } from "../tensor/random.ts";
import type { Generator } from "../tensor/random.ts";
import { Tensor } from "../tensor/tensor.ts";
import type { AnyTensor } from "../tensor/tensor.ts";
import { Attribution } from "./attribution.ts";
import type { AttributeOptions, ComputedAttributions } from "./attribution.ts";
import { baselineList } from "./baselines.ts";
import type { Baseline, Baselines } from "./baselines.ts";
import { argumentList, repeatArgument } from "./forward.ts";
import { batchSize, floatInputs, inputList } from "./inputs.ts";
import type { Inputs } from "./inputs.ts";
import { checkSamples, deviationList, noisyRows, repeatedExamples } from "./noise.ts";
import type { Deviations } from "./noise.ts";
import { takeRows } from "./rows.ts";
import { repeatTarget, resolveTarget } from "./targets.ts";

/** What becomes of the attributions a of the noisy copies: their mean, the mean of a², or the variance E[a²] − E[a]². */
export type NoiseTunnelType = "smoothgrad" | "smoothgrad_sq" | "vargrad";

const types: readonly string[] = ["smoothgrad", "smoothgrad_sq", "vargrad"] satisfies NoiseTunnelType[];

/** What {@link NoiseTunnel} itself reads; all other options go to the method inside. */
export interface NoiseTunnelOptions extends AttributeOptions {
  /** "smoothgrad" unless said. */
  readonly ntType?: NoiseTunnelType;
  /** Noisy copies of each example; 5. */
  readonly ntSamples?: number;
  /** How many of them are explained at once; all. */
  readonly ntSamplesBatchSize?: number;
  /** Deviation of the noise, of each input or of all; 1. */
  readonly stdevs?: Deviations;
  /** Where the noise comes from; PyTorch's seed gives Captum's noise. The default generator unless said. */
  readonly generator?: Generator;
}

/** Options with one entry for each example, which are repeated with the examples. */
interface RepeatedOptions extends AttributeOptions {
  readonly baselines?: Baselines;
  readonly featureMask?: Inputs;
}

/**
 * The mean (or mean square, or variance) of a method's attributions over copies of the input with noise of the normal
 * distribution. Smilkov et al., "SmoothGrad" (2017); Adebayo et al., "Local Explanation Methods for Deep Neural Networks
 * Lack Sensitivity to Parameter Values" (2018), for the variance. The twin of `captum.attr.NoiseTunnel`; sums are taken
 * in float64. The convergence delta, when the method inside has one, has an entry for every copy: [N · ntSamples], those
 * of one example beside each other.
 *
 * @throws ArgumentError when an option is out of range, and whatever the method inside throws
 *
 * @example
 * const smooth = new NoiseTunnel(new Saliency(net));
 * smooth.attribute(x, { target: 3, ntSamples: 20, stdevs: 0.2 });
 */
export class NoiseTunnel<Options extends AttributeOptions> extends Attribution<Options & NoiseTunnelOptions> {
  readonly hasConvergenceDelta: boolean;
  readonly #method: Attribution<Options>;

  /** @param method explains each noisy copy */
  constructor(method: Attribution<Options>) {
    super(method.forward);
    this.#method = method;
    this.hasConvergenceDelta = method.hasConvergenceDelta;
  }

  override compute(given: readonly AnyTensor[], options: Options & NoiseTunnelOptions): ComputedAttributions {
    const examples = batchSize("NoiseTunnel", given);
    const inputs = floatInputs("NoiseTunnel", given);
    const { ntType = "smoothgrad", stdevs = 1, generator = defaultGenerator } = options;
    if (!types.includes(ntType)) {
      throw new ArgumentError(`ntType: expected one of ${types.join(", ")}, got "${String(ntType)}"`);
    }
    const samples = checkSamples("ntSamples", options.ntSamples ?? 5);
    const atOnce = Math.min(
      samples,
      checkSamples("ntSamplesBatchSize", options.ntSamplesBatchSize ?? samples),
    );
    const deviations = deviationList(stdevs, inputs);
    // A wrong length must be refused here: repeating it could make it fit by accident.
    resolveTarget(options.target, examples);
    argumentList(options.additionalForwardArgs, examples);

    const moments = inputs.map((x) => new Moments(x));
    const deltas: number[] = [];
    for (let done = 0; done < samples; done += atOnce) {
      const rows = repeatedExamples(examples, Math.min(atOnce, samples - done));
      const noisy = inputs.map((x, i) => noisyRows(x, rows, deviations[i], generator));
      const result = this.#method.compute(noisy, repeatOptions(options, inputs, rows));
      result.attributions.forEach((attribution, i) => moments[i].add(attribution, rows));
      if (result.delta !== null) deltas.push(...result.delta.data);
    }
    const delta =
      deltas.length === 0 ? null : new Tensor(Float32Array.from(deltas), [deltas.length], "float32");
    return { attributions: moments.map((moment) => moment.result(ntType, samples)), delta };
  }
}

/** The same options for rows that stem from the examples that `rows` names. */
function repeatOptions<O extends RepeatedOptions>(
  options: O,
  inputs: readonly Tensor[],
  rows: readonly number[],
): O {
  const perExample = (x: AnyTensor): AnyTensor =>
    x.shape[0] === inputs[0].shape[0] && x.shape[0] > 1 ? takeRows(x, rows) : x;
  const { baselines, featureMask, additionalForwardArgs } = options;
  return {
    ...options,
    target: repeatTarget(options.target, rows),
    additionalForwardArgs: argumentList(additionalForwardArgs, inputs[0].shape[0]).map((arg) =>
      repeatArgument(arg, rows),
    ),
    ...(baselines !== undefined && {
      baselines: baselineList(inputs, baselines).map((b): Baseline =>
        typeof b === "number" ? b : perExample(b),
      ),
    }),
    ...(featureMask !== undefined && { featureMask: inputList(featureMask).map(perExample) }),
  };
}

/** Sums of the attributions of one input's copies, and of their squares. */
class Moments {
  readonly #like: Tensor;
  readonly #sums: Float64Array;
  readonly #squares: Float64Array;

  constructor(like: Tensor) {
    this.#like = like;
    this.#sums = new Float64Array(like.numel());
    this.#squares = new Float64Array(like.numel());
  }

  add({ data }: Tensor, rows: readonly number[]): void {
    const rowSize = data.length / rows.length;
    rows.forEach((example, row) => {
      for (let i = 0; i < rowSize; i++) {
        const value = data[row * rowSize + i];
        this.#sums[example * rowSize + i] += value;
        this.#squares[example * rowSize + i] += value * value;
      }
    });
  }

  result(type: NoiseTunnelType, samples: number): Tensor {
    const { shape, dtype } = this.#like;
    const mean = this.#sums.map((sum) => sum / samples);
    const square = this.#squares.map((sum) => sum / samples);
    const chosen = {
      smoothgrad: mean,
      smoothgrad_sq: square,
      vargrad: square.map((value, i) => value - mean[i] * mean[i]),
    }[type];
    return new Tensor(chosen, shape, "float64").to(dtype);
  }
}

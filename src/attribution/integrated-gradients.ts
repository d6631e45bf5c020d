/**
 * @module
 * Integrated Gradients: the gradient, averaged along the straight line from a baseline to the input.
 */

import { sub } from "../ops/index.ts";
import { noGrad } from "../autograd/grad-mode.ts";
import { allocate } from "../tensor/dtype.ts";
import type { DTypeArrays, FloatDType } from "../tensor/dtype.ts";
import type { Shape } from "../tensor/shape.ts";
import { Tensor } from "../tensor/tensor.ts";
import type { AnyTensor } from "../tensor/tensor.ts";
import { Attribution } from "./attribution.ts";
import type { AttributeOptions, ComputedAttributions } from "./attribution.ts";
import { baselineTensors } from "./baselines.ts";
import type { Baselines } from "./baselines.ts";
import { convergenceDelta } from "./convergence.ts";
import type { Forward } from "./forward.ts";
import { ScalarForward } from "./gradients.ts";
import { batchSize, promotedInputs } from "./inputs.ts";
import { quadrature } from "./quadrature.ts";
import type { Quadrature, QuadratureMethod } from "./quadrature.ts";
import type { LineRequest } from "./line.ts";
import { chunks, chunkSize, range } from "./rows.ts";

/** Options of {@link IntegratedGradients.attribute}. */
export interface IntegratedGradientsOptions extends AttributeOptions {
  /** Where the path starts; zeros unless said. */
  readonly baselines?: Baselines;
  /** Number of points on the path; 50. */
  readonly nSteps?: number;
  /** How the integral is approximated; "gausslegendre". */
  readonly method?: QuadratureMethod;
  /**
   * Most rows (points × examples) in one forward pass. Left out, it is chosen so that memory stays bounded. It changes
   * results by rounding alone.
   */
  readonly internalBatchSize?: number;
  /** Called after each forward and backward pass. An error that it throws ends the work: the way to set a deadline. */
  readonly onProgress?: (rowsDone: number, rowsInAll: number) => void;
}

/** Constructor options of {@link IntegratedGradients}. */
export interface IntegratedGradientsSettings {
  /** Whether the averaged gradient is multiplied by (x − baseline), for attributions rather than sensitivities; true. */
  readonly multiplyByInputs?: boolean;
}

/**
 * (x − x′) · ∫₀¹ ∂F(x′ + α(x − x′))/∂x dα, by a quadrature rule: (x − x′) · Σ_k w_k ∂F(x′ + α_k(x − x′))/∂x.
 * Sundararajan, Taly, Yan, "Axiomatic Attribution for Deep Networks" (ICML 2017).
 *
 * The twin of `captum.attr.IntegratedGradients`: the same nodes, weights (rounded to float32) and order of rounding, so
 * that results agree to float32 rounding. Differences: sums over steps are taken in float64; the work is chunked without
 * being asked to; chunks may be smaller than the number of examples; negative classes work in lists too.
 *
 * @throws ArgumentError, ShapeError, DTypeError, IndexRangeError when inputs, baselines, target and output do not fit
 * @throws AutogradError when the output does not depend on an input
 *
 * @example
 * const ig = new IntegratedGradients(net);
 * const { attributions, delta } = ig.attribute(x, { target: 3, nSteps: 15, returnConvergenceDelta: true });
 */
export class IntegratedGradients extends Attribution<IntegratedGradientsOptions> {
  readonly hasConvergenceDelta = true;
  readonly #multiplyByInputs: boolean;

  constructor(forward: Forward, settings: IntegratedGradientsSettings = {}) {
    super(forward);
    this.#multiplyByInputs = settings.multiplyByInputs ?? true;
  }

  override compute(given: readonly AnyTensor[], options: IntegratedGradientsOptions): ComputedAttributions {
    const examples = batchSize("IntegratedGradients", given);
    const inputs = promotedInputs("IntegratedGradients", given);
    const baselines = baselineTensors(inputs, options.baselines);
    const forward = new ScalarForward(this.forward, options, examples);
    const rule = quadrature(options.method ?? "gausslegendre", options.nSteps ?? 50);
    const paths = inputs.map((x, i) => new StraightPath(x, baselines[i], rule));

    const rowsInAll = rule.alphas.length * examples;
    if (options.internalBatchSize === undefined && sumOnLines(paths, forward, examples)) {
      options.onProgress?.(rowsInAll, rowsInAll);
    } else {
      for (const [start, end] of chunks(
        rowsInAll,
        chunkSize("internalBatchSize", options.internalBatchSize, inputs),
      )) {
        const gradients = forward.gradients(
          paths.map((path) => path.points(start, end)),
          range(start, end).map((row) => row % examples),
        );
        paths.forEach((path, i) => path.addGradients(start, gradients[i]));
        options.onProgress?.(end, rowsInAll);
      }
    }
    const attributions = paths.map((path) => path.integral(this.#multiplyByInputs));
    const delta =
      options.returnConvergenceDelta === true
        ? convergenceDelta(forward, attributions, inputs, baselines)
        : null;
    return { attributions, delta };
  }
}

/** Takes forward's shorter way, if it has one for every example; rows are then not computed one by one. */
function sumOnLines(paths: readonly StraightPath[], forward: ScalarForward, examples: number): boolean {
  return (
    paths.length === 1 && paths[0].sumBy((line, shape, i) => forward.sumOnLine(line, shape, i), examples)
  );
}

/** The line from a baseline to one input, and the weighted sum of the gradients met on it. */
class StraightPath {
  readonly #baseline: Tensor;
  readonly #difference: Tensor;
  readonly #rule: Quadrature;
  readonly #weights: Float32Array;
  readonly #sums: Float64Array;
  readonly #rowSize: number;

  constructor(input: Tensor, baseline: Tensor, rule: Quadrature) {
    this.#baseline = baseline;
    this.#difference = noGrad(() => sub(input, baseline));
    this.#rule = rule;
    // Captum casts the weights to float32 whatever the inputs are.
    this.#weights = Float32Array.from(rule.weights);
    this.#sums = new Float64Array(input.numel());
    this.#rowSize = input.numel() / Math.max(1, input.shape[0]);
  }

  /**
   * Rows `start` to `end` of baseline + α·(input − baseline), where row r is example r mod N at step ⌊r / N⌋. Product and
   * sum are each rounded to the tensor's dtype, and α to float32 beside float32, as PyTorch does.
   */
  points(start: number, end: number): Tensor {
    const { dtype, shape, data: baseline } = this.#baseline;
    const difference = this.#difference.data;
    const alphas = allocate(dtype, this.#rule.alphas.length);
    alphas.set(this.#rule.alphas);
    const points = allocate(dtype, (end - start) * this.#rowSize);
    for (let row = start, out = 0; row < end; row++) {
      const alpha = alphas[Math.floor(row / shape[0])];
      const first = (row % shape[0]) * this.#rowSize;
      for (let i = first; i < first + this.#rowSize; i++, out++) {
        points[out] = alpha * difference[i];
        points[out] += baseline[i];
      }
    }
    return new Tensor(points, [end - start, ...shape.slice(1)], dtype);
  }

  /** Adds the gradients at the rows from `start` on, each times its step's weight. */
  addGradients(start: number, { data: gradients }: Tensor): void {
    const examples = this.#baseline.shape[0];
    for (let at = 0; at < gradients.length; at += this.#rowSize) {
      const row = start + at / this.#rowSize;
      const first = (row % examples) * this.#rowSize;
      addScaledRow(
        this.#sums,
        first,
        gradients,
        at,
        this.#weights[Math.floor(row / examples)],
        this.#rowSize,
      );
    }
  }

  /**
   * Has the sums of all examples computed at once by `sum`. False when it has no answer for one of them, or the tensors are not
   * float32; the sums are then as they were.
   */
  sumBy(
    sum: (
      line: Pick<LineRequest, "baseline" | "difference" | "alphas" | "weights">,
      shape: Shape,
      example: number,
    ) => Float32Array | null,
    examples: number,
  ): boolean {
    const { data: baseline, shape } = this.#baseline;
    const { data: difference } = this.#difference;
    if (!(baseline instanceof Float32Array) || !(difference instanceof Float32Array)) return false;
    const alphas = Float32Array.from(this.#rule.alphas);
    const found: Float32Array[] = [];
    for (let example = 0; example < examples; example++) {
      const first = example * this.#rowSize;
      const line = {
        baseline: baseline.subarray(first, first + this.#rowSize),
        difference: difference.subarray(first, first + this.#rowSize),
        alphas,
        weights: this.#weights,
      };
      const sums = sum(line, [1, ...shape.slice(1)], example);
      if (sums === null) return false;
      found.push(sums);
    }
    found.forEach((sums, example) => this.#sums.set(sums, example * this.#rowSize));
    return true;
  }

  /** The integral of the gradient over the path; times (input − baseline) for attributions. */
  integral(multiplyByInputs: boolean): Tensor {
    const { dtype, shape } = this.#baseline;
    const integral = allocate(dtype, this.#sums.length);
    integral.set(this.#sums);
    if (multiplyByInputs) {
      for (let i = 0; i < integral.length; i++) integral[i] *= this.#difference.data[i];
    }
    return new Tensor(integral, shape, dtype);
  }
}

function addScaledRow(
  sums: Float64Array,
  first: number,
  row: DTypeArrays[FloatDType],
  at: number,
  weight: number,
  size: number,
): void {
  for (let i = 0; i < size; i++) sums[first + i] += weight * row[at + i];
}

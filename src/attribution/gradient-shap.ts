/**
 * @module
 * GradientShap: Integrated Gradients by chance, over a distribution of baselines.
 */

import { ArgumentError, formatShape, ShapeError } from "../errors.ts";
import { sameShape } from "../tensor/shape.ts";
import { full } from "../tensor/creation.ts";
import { defaultGenerator } from "../tensor/random.ts";
import type { Generator } from "../tensor/random.ts";
import { allocate } from "../tensor/dtype.ts";
import { Tensor } from "../tensor/tensor.ts";
import type { AnyTensor } from "../tensor/tensor.ts";
import { Attribution } from "./attribution.ts";
import type { AttributeOptions, ComputedAttributions } from "./attribution.ts";
import { baselineList, sameFloat } from "./baselines.ts";
import type { Baseline, Baselines } from "./baselines.ts";
import type { Forward } from "./forward.ts";
import { ScalarForward } from "./gradients.ts";
import { batchSize, floatInputs } from "./inputs.ts";
import { checkSamples, deviationList, noisyRows, repeatedExamples } from "./noise.ts";
import type { Deviations } from "./noise.ts";
import { automaticChunk, chunks, takeRows } from "./rows.ts";

/** Options of {@link GradientShap.attribute}. */
export interface GradientShapOptions extends AttributeOptions {
  /** For each input a tensor [M, ...] of baselines to draw from, or a number; zeros unless said. */
  readonly baselines?: Baselines;
  /** Random points for each example; 5. */
  readonly nSamples?: number;
  /** Deviation of the noise that is added to the input, of each input or of all; 0. */
  readonly stdevs?: Deviations;
  /** Where chance comes from; the default generator unless said. */
  readonly generator?: Generator;
}

/**
 * The mean of (x − x′) · ∂F(x′ + ρ(x − x′))/∂x over baselines x′ drawn with replacement, and ρ uniform in [0, 1); noise
 * may be added to x. An approximation of SHAP values: Lundberg, Lee, "A Unified Approach to Interpreting Model
 * Predictions" (2017). The twin of `captum.attr.GradientShap`; the draws themselves are others, since Captum takes them
 * from NumPy. The delta has an entry for every point, [N · nSamples], those of one example beside each other.
 *
 * @throws ArgumentError, ShapeError, DTypeError when inputs, baselines, target and output do not fit
 *
 * @example
 * new GradientShap(net).attribute(x, { target: 3, baselines: [trainingImages], nSamples: 50 });
 */
export class GradientShap extends Attribution<GradientShapOptions> {
  readonly hasConvergenceDelta = true;
  readonly #multiplyByInputs: boolean;

  constructor(forward: Forward, settings: { readonly multiplyByInputs?: boolean } = {}) {
    super(forward);
    this.#multiplyByInputs = settings.multiplyByInputs ?? true;
  }

  override compute(given: readonly AnyTensor[], options: GradientShapOptions): ComputedAttributions {
    const examples = batchSize("GradientShap", given);
    const inputs = floatInputs("GradientShap", given);
    const pools = baselineList(inputs, options.baselines).map((baseline, i) =>
      baselinePool(inputs[i], baseline, i),
    );
    const samples = checkSamples("nSamples", options.nSamples ?? 5);
    const deviations = deviationList(options.stdevs ?? 0, inputs);
    const { generator = defaultGenerator } = options;
    const forward = new ScalarForward(this.forward, options, examples);

    const sums = inputs.map((x) => new Float64Array(x.numel()));
    const deltas = allocate(inputs[0].dtype, examples * samples);
    const allRows = repeatedExamples(examples, samples);
    for (const [start, end] of chunks(allRows.length, automaticChunk(inputs))) {
      const rows = allRows.slice(start, end);
      const ends = inputs.map((x, i) => noisyRows(x, rows, deviations[i], generator));
      const starts = pools.map((pool) =>
        takeRows(
          pool,
          rows.map(() => Math.floor(generator.uniform64() * pool.shape[0])),
        ),
      );
      const fractions = rows.map(() => generator.uniform64());
      const points = ends.map((x, i) => between(starts[i], x, fractions));
      const parts = forward.gradients(points, rows);
      if (this.#multiplyByInputs) parts.forEach((part, i) => scaleByDifference(part, starts[i], ends[i]));
      parts.forEach((part, i) => addToExamples(sums[i], part, rows));
      if (options.returnConvergenceDelta === true)
        deltas.set(pathDeltas(forward, parts, starts, ends, rows), start);
    }
    const attributions = inputs.map(({ shape, dtype }, i) =>
      new Tensor(
        sums[i].map((sum) => sum / samples),
        shape,
        "float64",
      ).to(dtype),
    );
    const delta =
      options.returnConvergenceDelta === true ? new Tensor(deltas, [deltas.length], inputs[0].dtype) : null;
    return { attributions, delta };
  }
}

/** The baselines that one input's are drawn from, [M, ...]. */
function baselinePool(input: Tensor, baseline: Baseline, i: number): Tensor {
  const one = input.shape.slice(1);
  if (typeof baseline === "number") return full([1, ...one], baseline, { dtype: input.dtype });
  const pool = sameFloat(input, baseline, i);
  if (!sameShape(pool.shape.slice(1), one) || pool.ndim === 0) {
    throw new ShapeError(
      `baselines: expected shape [M, ${one.join(", ")}] for input ${i}, got ${formatShape(pool.shape)}`,
    );
  }
  if (pool.shape[0] === 0) throw new ArgumentError(`baselines: there is none to draw from for input ${i}`);
  return pool;
}

/** ρ · end + (1 − ρ) · start, row by row. */
function between(start: Tensor, end: Tensor, fractions: readonly number[]): Tensor {
  const data = allocate(end.dtype, end.numel());
  const rowSize = data.length / fractions.length;
  for (let i = 0; i < data.length; i++) {
    const rho = fractions[Math.floor(i / rowSize)];
    data[i] = rho * end.data[i] + (1 - rho) * start.data[i];
  }
  return new Tensor(data, end.shape, end.dtype);
}

function scaleByDifference(gradient: Tensor, start: Tensor, end: Tensor): void {
  for (let i = 0; i < gradient.data.length; i++) gradient.data[i] *= end.data[i] - start.data[i];
}

function addToExamples(sums: Float64Array, part: Tensor, rows: readonly number[]): void {
  const rowSize = part.numel() / rows.length;
  for (let i = 0; i < part.data.length; i++) {
    sums[rows[Math.floor(i / rowSize)] * rowSize + (i % rowSize)] += part.data[i];
  }
}

/** Σ attributions − (F(end) − F(start)) of each row. */
function pathDeltas(
  forward: ScalarForward,
  parts: readonly Tensor[],
  starts: readonly Tensor[],
  ends: readonly Tensor[],
  rows: readonly number[],
): Float64Array {
  const before = forward.values(starts, rows);
  const deltas = forward.values(ends, rows).map((value, row) => before[row] - value);
  for (const { data } of parts) {
    const rowSize = data.length / rows.length;
    data.forEach((value, i) => (deltas[Math.floor(i / rowSize)] += value));
  }
  return deltas;
}

/**
 * @module
 * Where the path of an explanation starts: what stands for the absence of a feature.
 */

import { ArgumentError, DTypeError, formatShape, ShapeError } from "../errors.ts";
import { sameShape } from "../tensor/shape.ts";
import { full } from "../tensor/creation.ts";
import { Tensor } from "../tensor/tensor.ts";
import type { AnyTensor } from "../tensor/tensor.ts";
import { isFloatTensor } from "./inputs.ts";
import { range, takeRows } from "./rows.ts";

/** One value for every element, or a tensor of the input's shape or of one example that stands for all. */
export type Baseline = number | AnyTensor;

/** A baseline for each input; one input may have it without a list. Zeros when absent. */
export type Baselines = Baseline | readonly Baseline[] | null;

/**
 * A baseline tensor of each input's shape and dtype, as Captum's `_format_baseline` and `_tensorize_baseline` together.
 * @throws ArgumentError when there are not as many baselines as inputs, or one is neither a number nor a tensor
 * @throws ShapeError when a tensor has neither the input's shape nor one example of it
 * @throws DTypeError when input and baseline are of different floating-point types
 */
export function baselineTensors(inputs: readonly Tensor[], baselines: Baselines | undefined): Tensor[] {
  return baselineList(inputs, baselines).map((baseline, i) => oneBaseline(inputs[i], baseline, i));
}

/**
 * One baseline for each input, not yet looked at.
 * @throws ArgumentError when there are not as many baselines as inputs
 */
export function baselineList(
  inputs: readonly Tensor[],
  baselines: Baselines | undefined,
): readonly Baseline[] {
  if (baselines === undefined || baselines === null) return inputs.map(() => 0);
  const list = typeof baselines === "number" || baselines instanceof Tensor ? [baselines] : baselines;
  if (list.length !== inputs.length) {
    throw new ArgumentError(
      `baselines: expected a list of one for each of the ${inputs.length} inputs, got ${list.length}`,
    );
  }
  return list;
}

function oneBaseline(input: Tensor, baseline: Baseline, i: number): Tensor {
  if (typeof baseline === "number") return full(input.shape, baseline, { dtype: input.dtype });
  if (!(baseline instanceof Tensor)) {
    throw new ArgumentError(
      `baselines: expected a tensor or a number for input ${i}, got ${typeof baseline}`,
    );
  }
  const values = sameFloat(input, baseline, i);
  if (sameShape(baseline.shape, input.shape)) return values;
  if (!sameShape(baseline.shape, [1, ...input.shape.slice(1)])) {
    throw new ShapeError(
      `baselines: expected shape ${formatShape(input.shape)} or ${formatShape([1, ...input.shape.slice(1)])} ` +
        `for input ${i}, got ${formatShape(baseline.shape)}`,
    );
  }
  return takeRows(values, range(0, input.shape[0]).fill(0));
}

/** The baseline in the input's dtype: integers are converted, as PyTorch promotes them. */
export function sameFloat(input: Tensor, baseline: AnyTensor, i: number): Tensor {
  if (!isFloatTensor(baseline)) return baseline.to(input.dtype);
  if (baseline.dtype === input.dtype) return baseline;
  throw new DTypeError(
    `baselines: input ${i} is ${input.dtype}, its baseline ${baseline.dtype}; convert one with .to(...)`,
  );
}

/**
 * @module
 * What a row of the case table says. One row drives the float64 gradient check, the comparison of values and gradients
 * with PyTorch's (fixtures written by tools/op_fixtures.py), and the check that no operation is without a row.
 */

import { Tensor } from "../../src/tensor/tensor.ts";
import type { FloatDType } from "../../src/tensor/dtype.ts";
import { allocate } from "../../src/tensor/dtype.ts";
import { elementCount } from "../../src/tensor/shape.ts";

/** Values of one input: a shape to be filled with {@link spreadValues}, or a shape with its values. */
export interface InputSpec {
  readonly shape: readonly number[];
  /** Row-major values, where they matter: kinks, ties, NaN. */
  readonly values?: readonly number[];
  /** Interval that values are spread over; [-2, 2]. */
  readonly range?: readonly [number, number];
}

/** One call of one operation. */
export interface Case {
  /** The exported function under test. */
  readonly op: string;
  /** What is special about this row; together with `op` it is unique. */
  readonly name: string;
  /** Differentiable inputs by name. */
  readonly inputs: Readonly<Record<string, InputSpec>>;
  /** Calls the operation. */
  readonly run: (t: Record<string, Tensor>) => Tensor;
  /** The same call in Python, over the same names, with `torch` and `F` in scope; int tensors are written inline. */
  readonly torch: string;
  /** Allowed |ours − PyTorch's| ≤ atol + rtol·|PyTorch's|, with a reason where wider than PyTorch's own. */
  readonly tolerance?: { readonly rtol: number; readonly atol: number; readonly because: string };
  /** True for rows at a kink, where finite differences mean nothing: only compared with PyTorch. */
  readonly kink?: boolean;
  /** True for operations whose result has no gradient, like argmax: only values are compared. `run` converts them. */
  readonly discrete?: boolean;
}

/** Identifies a row in fixtures and test names. */
export function caseId(row: Case): string {
  return `${row.op}: ${row.name}`;
}

/** The inputs of a row as tensors that require gradients. */
export function caseInputs(row: Case, dtype: FloatDType): Record<string, Tensor> {
  return Object.fromEntries(
    Object.entries(row.inputs).map(([name, spec], i) => {
      const data = allocate(dtype, elementCount(spec.shape));
      data.set(spec.values ?? spreadValues(elementCount(spec.shape), i + 1, spec.range ?? [-2, 2]));
      return [name, new Tensor(data, spec.shape, dtype, { requiresGrad: true })];
    }),
  );
}

/**
 * `count` distinct values, evenly spread over an interval and shuffled, none of them an end, the middle or closer than
 * 0.3 spacings to it: windows have no ties and nothing sits on a kink at 0. All are exact in float32.
 */
export function spreadValues(count: number, seed: number, [low, high]: readonly [number, number]): number[] {
  const values = Array.from({ length: count }, (_, i) =>
    Math.fround(low + ((i + 0.3) / count) * (high - low)),
  );
  // Fisher-Yates driven by a linear congruential generator (Numerical Recipes' constants).
  let state = seed;
  for (let i = count - 1; i > 0; i--) {
    state = (Math.imul(state, 1664525) + 1013904223) >>> 0;
    const j = Math.floor((state / 2 ** 32) * (i + 1));
    [values[i], values[j]] = [values[j], values[i]];
  }
  return values;
}

/** The gradient that flows into result `i`: the multiples of 1/8 from -6/8 to 6/8 in a scrambled order. */
export function upstream(i: number): number {
  return (((i * 7919) % 13) - 6) / 8;
}

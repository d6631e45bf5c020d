/**
 * @module
 * The calls of attribution methods that are compared with Captum's. tools/export-attribution-cases.ts hands them to
 * tools/attribution_fixtures.py, which writes Captum's numbers to test/fixtures/attribution.json.
 */

import type { MethodOptions, AttributionMethodName } from "../../src/attribution/index.ts";
import type { ModelName } from "./models.ts";
import { digitCases } from "./digit-cases.ts";
import { toyCases } from "./toy-cases.ts";

/** A tensor as a shape and its row-major values. */
export interface TensorSpec {
  readonly shape: readonly number[];
  readonly values: readonly number[];
  /** float32 unless said. */
  readonly dtype?: "float32" | "float64" | "int64";
}

/** Options that are written alike on both sides; tensors are specs. */
export interface CaseOptions extends Pick<
  MethodOptions,
  | "nSteps"
  | "method"
  | "internalBatchSize"
  | "abs"
  | "perturbationsPerEval"
  | "slidingWindowShapes"
  | "strides"
  | "ntSamples"
  | "ntSamplesBatchSize"
  | "stdevs"
> {
  readonly baselines?: readonly (number | TensorSpec)[];
  readonly target?:
    number | readonly number[] | readonly (readonly number[])[] | { readonly index: readonly number[] };
  readonly additionalForwardArgs?: readonly (number | readonly number[] | TensorSpec)[];
  readonly featureMask?: readonly TensorSpec[];
}

/** One call of one method. */
export interface AttributionCase {
  /** A sentence without its subject: what is special about the call. Unique. */
  readonly name: string;
  readonly model: ModelName;
  readonly method: AttributionMethodName;
  readonly inputs: readonly TensorSpec[];
  readonly options: CaseOptions;
  /** Whether the convergence delta is compared too. */
  readonly delta?: boolean;
  /** Seed of the generator, for methods that draw random numbers. */
  readonly seed?: number;
  /** Constructor option of Integrated Gradients; true. */
  readonly multiplyByInputs?: boolean;
}

/** Every case. */
export const attributionCases: readonly AttributionCase[] = [...toyCases, ...digitCases];

/**
 * @module
 * Running a row of the case table with our methods.
 */

import { attributionMethods, IntegratedGradients } from "../../src/attribution/index.ts";
import type { Attribution, ComputedAttributions, MethodOptions } from "../../src/attribution/index.ts";
import { zeros } from "../../src/tensor/creation.ts";
import { Generator } from "../../src/tensor/random.ts";
import { Tensor } from "../../src/tensor/tensor.ts";
import type { AnyTensor } from "../../src/tensor/tensor.ts";
import type { AttributionCase, TensorSpec } from "./cases.ts";
import { model } from "./models.ts";

/** Identifies a row in fixtures and test names. */
export function caseId(row: AttributionCase): string {
  return `${row.model}: ${row.method}, ${row.name}`;
}

/** The tensor that a spec describes. */
export function specTensor(spec: TensorSpec): AnyTensor {
  return zeros(spec.shape, { dtype: spec.dtype ?? "float32" }).copyFrom(
    new Tensor(Float64Array.from(spec.values), spec.shape, "float64"),
  );
}

/** Our answer to a row. */
export function runCase(row: AttributionCase): ComputedAttributions {
  const { baselines, featureMask, additionalForwardArgs, ...plain } = row.options;
  const options: MethodOptions = {
    ...plain,
    ...(baselines && { baselines: baselines.map((b) => (typeof b === "number" ? b : specTensor(b))) }),
    ...(featureMask && { featureMask: featureMask.map(specTensor) }),
    ...(additionalForwardArgs && { additionalForwardArgs: additionalForwardArgs.map(argument) }),
    ...(row.seed !== undefined && { generator: new Generator(row.seed) }),
    returnConvergenceDelta: row.delta ?? false,
  };
  return method(row).compute(row.inputs.map(specTensor), options);
}

function method(row: AttributionCase): Attribution<MethodOptions> {
  const forward = model(row.model);
  return row.multiplyByInputs === undefined
    ? attributionMethods[row.method](forward)
    : new IntegratedGradients(forward, { multiplyByInputs: row.multiplyByInputs });
}

function argument(arg: number | readonly number[] | TensorSpec): unknown {
  return typeof arg === "object" && "shape" in arg ? specTensor(arg) : arg;
}

/**
 * @module
 * Losses: models sometimes carry one.
 */

import * as ops from "../../ops/index.ts";
import type { Value } from "../values/object.ts";
import { shownValue } from "../values/numbers.ts";
import { raise } from "../values/raise.ts";
import { floatOf, optionalFloat, tensorOf } from "./arguments.ts";
import { isFloatTensor } from "./tensor-value.ts";

/** The losses by the names of their layers. */
export type LossName = "NLLLoss" | "CrossEntropyLoss" | "MSELoss" | "BCEWithLogitsLoss";

/** Computes a loss. */
export function lossOf(name: LossName, input: Value, target: Value, weight: Value, reduction: Value): Value {
  if (reduction !== "mean" && reduction !== "sum" && reduction !== "none") {
    return raise("ValueError", `${shownValue(reduction)} is not a valid value for reduction`);
  }
  const x = tensorOf(input, name);
  if (name === "MSELoss") return x.fresh(ops.mseLoss(x.float, floatOf(target, name), { reduction }));
  if (name === "BCEWithLogitsLoss") {
    return x.fresh(ops.binaryCrossEntropyWithLogits(x.float, floatOf(target, name), { reduction }));
  }
  const classes = tensorOf(target, name).tensor;
  if (isFloatTensor(classes))
    return raise("RuntimeError", `${name}: expected class numbers, got ${classes.dtype}`);
  const weights = optionalFloat(weight, name);
  const options: ops.CrossEntropyOptions = { reduction, ...(weights === null ? {} : { weight: weights }) };
  const labels = classes.to("int64");
  return x.fresh(
    name === "NLLLoss" ? ops.nllLoss(x.float, labels, options) : ops.crossEntropy(x.float, labels, options),
  );
}

/**
 * @module
 * Functions of torch, and methods of a tensor, that sum up, compare or normalise along dimensions.
 */

import * as ops from "../../ops/index.ts";
import { noteRead } from "../../autograd/index.ts";
import type { AnyTensor, Tensor } from "../../tensor/tensor.ts";
import type { HostBody } from "../values/host-function.ts";
import { numberOf } from "../values/numbers.ts";
import type { Value } from "../values/object.ts";
import { flag, floatNumber, floatOf, intOf, intsOf, tensorOf } from "./arguments.ts";
import { withIntegers } from "./indexing.ts";
import { NamedTuple } from "./named-tuple.ts";
import { PyTensor } from "./tensor-value.ts";

/** Dimensions to reduce over; undefined for all. */
function dimsOf(value: Value, what: string): number[] | undefined {
  return value === null ? undefined : intsOf(value, what);
}

function reduction(
  name: string,
  run: (x: Tensor, dims: number[] | undefined, options: ops.ReduceOptions) => Tensor,
): [string, HostBody] {
  return [
    `${name}(input, dim=None, keepdim=False, *, dtype=None)`,
    ([input, dim, keepDim]) => {
      const x = tensorOf(input, name);
      const options = { keepdim: flag(keepDim) };
      if (name === "sum")
        return x.fresh(integerSum(x.tensor, (float) => run(float, dimsOf(dim, name), options)));
      return x.fresh(run(x.float, dimsOf(dim, name), options));
    },
  ];
}

/** The sum of integers and booleans is an int64. */
function integerSum(x: AnyTensor, run: (x: Tensor) => Tensor): AnyTensor {
  if (x.dtype === "float32" || x.dtype === "float64") return withIntegers(x, run);
  noteRead("a sum of integers");
  return run(x.to("float64")).to("int64");
}

/** The largest or smallest of all, or along a dimension together with its place. */
function extreme(name: "max" | "min"): [string, HostBody] {
  return [
    `${name}(input, dim=None, keepdim=False)`,
    ([input, dim, keepDim]) => {
      const x = tensorOf(input, name);
      if (dim instanceof PyTensor) {
        return x.fresh((name === "max" ? ops.maximum : ops.minimum)(x.float, dim.float));
      }
      if (dim === null) return x.fresh(withIntegers(x.tensor, (float) => ops[name](float)));
      noteRead(`the places of ${name}`);
      const found = ops[name](x.float, intOf(dim, name), { keepdim: flag(keepDim) });
      return new NamedTuple([x.fresh(found.values), x.fresh(found.indices)], ["values", "indices"]);
    },
  ];
}

function place(name: "argmax" | "argmin"): [string, HostBody] {
  return [
    `${name}(input, dim=None, keepdim=False)`,
    ([input, dim, keepDim]) => {
      noteRead(`the places of ${name}`);
      const x = tensorOf(input, name);
      const options = { keepdim: flag(keepDim) };
      const run = ops[name];
      const float = x.tensor.dtype === "float32" ? x.float : x.tensor.to("float64");
      return x.fresh(dim === null ? run(float, undefined, options) : run(float, intOf(dim, name), options));
    },
  ];
}

/** By their signatures; the tensor comes first. */
export const reductions: Readonly<Record<string, HostBody>> = Object.fromEntries([
  reduction("sum", ops.sum),
  reduction("mean", ops.mean),
  reduction("amax", ops.amax),
  reduction("amin", ops.amin),
  reduction("logsumexp", ops.logsumexp),
  ...(["var", "std"] as const).map((name): [string, HostBody] => [
    `${name}(input, dim=None, unbiased=True, keepdim=False, *, correction=None)`,
    ([input, dim, unbiased, keepDim, correction]) => {
      const options = {
        keepdim: flag(keepDim),
        correction: correction === null ? (flag(unbiased) ? 1 : 0) : (numberOf(correction) ?? 1),
      };
      const run = name === "var" ? ops.variance : ops.std;
      return tensorOf(input, name).fresh(run(floatOf(input, name), dimsOf(dim, name), options));
    },
  ]),
  [
    "norm(input, p=2, dim=None, keepdim=False)",
    ([input, p, dim, keepDim]) => {
      const x = tensorOf(input, "norm");
      const [power, options] = [p === "fro" ? 2 : floatNumber(p, "norm"), { keepdim: flag(keepDim) }];
      const dims = dimsOf(dim, "norm");
      if (power === 1) return x.fresh(ops.sum(ops.abs(x.float), dims, options));
      if (power === Infinity) return x.fresh(ops.amax(ops.abs(x.float), dims, options));
      const total = ops.sum(ops.pow(ops.abs(x.float), power), dims, options);
      return x.fresh(power === 2 ? ops.sqrt(total) : ops.pow(total, 1 / power));
    },
  ],
  extreme("max"),
  extreme("min"),
  place("argmax"),
  place("argmin"),
  ...(["softmax", "log_softmax"] as const).map((name): [string, HostBody] => [
    `${name}(input, dim=None, dtype=None, _stacklevel=3)`,
    ([input, dim]) => {
      const x = tensorOf(input, name);
      const run = name === "softmax" ? ops.softmax : ops.logSoftmax;
      return x.fresh(run(x.float, dim === null ? impliedDim(x) : intOf(dim, name)));
    },
  ]),
]);

/** The dimension that softmax takes when none is named: 0 for 0, 1 or 3 dimensions, else 1. */
function impliedDim(x: PyTensor): number {
  return [0, 1, 3].includes(x.shape.length) ? 0 : 1;
}

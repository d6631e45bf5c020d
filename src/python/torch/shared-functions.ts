/**
 * @module
 * What is a function of torch and a method of a tensor at once: `torch.flatten(x, 1)` and `x.flatten(1)`.
 */

import * as ops from "../../ops/index.ts";
import { noteRead } from "../../autograd/index.ts";
import type { Tensor } from "../../tensor/tensor.ts";
import type { HostBody } from "../values/host-function.ts";
import type { Value } from "../values/object.ts";
import { raise } from "../values/raise.ts";
import { flag, floatNumber, floatOf, intOf, tensorOf } from "./arguments.ts";
import { tensorBinary } from "./arithmetic.ts";
import { NamedTuple } from "./named-tuple.ts";
import { reductions } from "./reductions.ts";
import { shapeFunctions } from "./shape-functions.ts";
import { gathered, sortedPlaces, topK } from "./sorting.ts";
import type { PyTensor } from "./tensor-value.ts";

/** A function of floats alone. */
function unary(name: string, run: (x: Tensor) => Tensor): [string, HostBody] {
  return [`${name}(input)`, ([x]) => tensorOf(x, name).fresh(run(floatOf(x, name)))];
}

/** One of the arithmetic operations, with `alpha` times the second operand. */
function arithmetic(name: string, operator: "+" | "-" | "*" | "/"): [string, HostBody] {
  return [
    `${name}(input, other, *, alpha=1, rounding_mode=None)`,
    ([input, other, alpha, rounding]) => {
      const scaled = alpha === 1 ? other : tensorBinary("*", tensorOf(other, name), alpha);
      const sign = rounding === "floor" ? "//" : operator;
      return (
        tensorBinary(sign, input, scaled ?? null) ??
        raise("TypeError", `${name}: expected tensors or numbers`)
      );
    },
  ];
}

function bound(value: Value, what: string): number | null {
  return value === null ? null : floatNumber(value, what);
}

/** Functions by their signatures; the tensor comes first. */
export const sharedFunctions: Readonly<Record<string, HostBody>> = Object.fromEntries([
  unary("relu", ops.relu),
  unary("relu6", ops.relu6),
  unary("sigmoid", ops.sigmoid),
  unary("tanh", ops.tanh),
  unary("exp", ops.exp),
  unary("log", ops.log),
  unary("sqrt", ops.sqrt),
  unary("abs", ops.abs),
  unary("neg", ops.neg),
  unary("rsqrt", (x) => ops.div(1, ops.sqrt(x))),
  unary("reciprocal", (x) => ops.div(1, x)),
  unary("square", (x) => ops.mul(x, x)),
  arithmetic("add", "+"),
  arithmetic("sub", "-"),
  arithmetic("mul", "*"),
  arithmetic("multiply", "*"),
  arithmetic("div", "/"),
  arithmetic("true_divide", "/"),
  [
    "pow(input, exponent)",
    ([input, exponent]) => tensorBinary("**", input, exponent) ?? raise("TypeError", "pow: expected numbers"),
  ],
  ...["clamp", "clip"].map((name): [string, HostBody] => [
    `${name}(input, min=None, max=None)`,
    ([input, min, max]) =>
      tensorOf(input, name).fresh(ops.clamp(floatOf(input, name), bound(min, name), bound(max, name))),
  ]),
  ...["matmul", "mm", "bmm"].map((name): [string, HostBody] => [
    `${name}(input, other)`,
    ([a, b]) => tensorOf(a, name).fresh(ops.matmul(floatOf(a, name), floatOf(b, name))),
  ]),
  ...Object.entries(reductions),
  ...Object.entries(shapeFunctions),
  [
    "gather(input, dim, index)",
    ([input, dim, index]) => {
      const places = tensorOf(index, "gather").tensor;
      return tensorOf(input, "gather").fresh(
        gathered(floatOf(input, "gather"), intOf(dim, "gather"), places),
      );
    },
  ],
  [
    "index_select(input, dim, index)",
    ([input, dim, index]) => {
      const places = Array.from(tensorOf(index, "index_select").tensor.data, Number);
      return tensorOf(input, "index_select").fresh(
        ops.indexSelect(floatOf(input, "index_select"), intOf(dim, "index_select"), places),
      );
    },
  ],
  ["topk(input, k, dim=-1, largest=True, sorted=True)", topK],
  [
    "sort(input, dim=-1, descending=False)",
    ([input, dim, descending]) => {
      noteRead("the places of sort");
      const x = tensorOf(input, "sort");
      const places = sortedPlaces(x.float, intOf(dim, "sort"), flag(descending));
      return new NamedTuple(
        [x.fresh(gathered(x.float, intOf(dim, "sort"), places)), x.fresh(places)],
        ["values", "indices"],
      );
    },
  ],
  [
    "argsort(input, dim=-1, descending=False)",
    ([input, dim, descending]) => {
      noteRead("the places of argsort");
      const x = tensorOf(input, "argsort");
      return x.fresh(sortedPlaces(x.float, intOf(dim, "argsort"), flag(descending)));
    },
  ],
  ["numel(input)", ([input]) => tensorOf(input, "numel").tensor.numel()],
  ["clone(input, *, memory_format=None)", ([input]) => cloned(tensorOf(input, "clone"))],
]);

/** A tensor of its own, with its history. */
function cloned(x: PyTensor): PyTensor {
  const { tensor } = x;
  if (x.kept || (tensor.dtype !== "float32" && tensor.dtype !== "float64")) {
    return x.fresh(
      tensor.dtype === "float32" || tensor.dtype === "float64" ? ops.mul(x.float, 1) : tensor.clone(),
    );
  }
  // Nothing changes these arrays, so sharing one is as good as a copy.
  return x.fresh(ops.reshape(x.float, x.shape));
}

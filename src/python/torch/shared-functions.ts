/**
 * @module
 * What is a function of torch and a method of a tensor at once: `torch.flatten(x, 1)` and `x.flatten(1)`.
 */

import * as ops from "../../ops/index.ts";
import { noteRead } from "../../autograd/index.ts";
import type { AnyTensor, Tensor } from "../../tensor/tensor.ts";
import type { HostBody } from "../values/host-function.ts";
import { numberOf } from "../values/numbers.ts";
import type { Value } from "../values/object.ts";
import { raise } from "../values/raise.ts";
import { PyTuple } from "../values/sequences.ts";
import { flag, floatNumber, floatOf, intOf, intsOf, intsOfRest, tensorOf } from "./arguments.ts";
import { tensorBinary } from "./arithmetic.ts";
import { withIntegers } from "./indexing.ts";
import { gathered, sortedPlaces, topK } from "./sorting.ts";
import { PyTensor } from "./tensor-value.ts";
import { NamedTuple } from "./named-tuple.ts";

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

/** A change of shape alone, whose result looks at the same array. */
function reshaping(
  signature: string,
  run: (x: Tensor, values: readonly Value[]) => Tensor,
): [string, HostBody] {
  return [
    signature,
    ([input, ...values]) => {
      const x = tensorOf(input, signature);
      const { tensor } = x;
      const float = tensor.dtype === "float32" || tensor.dtype === "float64";
      return x.view(
        withIntegers(tensor, (t) => run(t, values)),
        !float,
      );
    },
  ];
}

/** A view in PyTorch that is a copy here. */
function copying(
  signature: string,
  run: (x: Tensor, values: readonly Value[]) => Tensor,
): [string, HostBody] {
  return [
    signature,
    ([input, ...values]) => {
      const x = tensorOf(input, signature);
      return x.view(
        withIntegers(x.tensor, (t) => run(t, values)),
        true,
      );
    },
  ];
}

function pieces(
  signature: string,
  run: (x: Tensor, values: readonly Value[]) => Tensor[],
): [string, HostBody] {
  return [
    signature,
    ([input, ...values]) => {
      const x = tensorOf(input, signature);
      return new PyTuple(run(x.float, values).map((piece) => x.view(piece, true)));
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
  [
    "clamp(input, min=None, max=None)",
    ([input, min, max]) =>
      tensorOf(input, "clamp").fresh(
        ops.clamp(floatOf(input, "clamp"), bound(min, "clamp"), bound(max, "clamp")),
      ),
  ],
  [
    "clip(input, min=None, max=None)",
    ([input, min, max]) =>
      tensorOf(input, "clip").fresh(
        ops.clamp(floatOf(input, "clip"), bound(min, "clip"), bound(max, "clip")),
      ),
  ],
  ...["matmul", "mm", "bmm"].map((name): [string, HostBody] => [
    `${name}(input, other)`,
    ([a, b]) => tensorOf(a, name).fresh(ops.matmul(floatOf(a, name), floatOf(b, name))),
  ]),
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
  reshaping("flatten(input, start_dim=0, end_dim=-1)", (x, [start, end]) =>
    ops.flatten(x, intOf(start, "flatten"), intOf(end, "flatten")),
  ),
  reshaping("reshape(input, *shape)", (x, [shape]) => ops.reshape(x, intsOfRest(shape, "reshape"))),
  reshaping("squeeze(input, dim=None)", (x, [dim]) =>
    dim === null ? ops.squeeze(x) : squeezed(x, intsOf(dim, "squeeze")),
  ),
  reshaping("unsqueeze(input, dim)", (x, [dim]) => ops.unsqueeze(x, intOf(dim, "unsqueeze"))),
  reshaping("unflatten(input, dim, sizes)", (x, [dim, sizes]) => {
    const at = intOf(dim, "unflatten");
    const axis = at < 0 ? at + x.ndim : at;
    return ops.reshape(x, [
      ...x.shape.slice(0, axis),
      ...intsOf(sizes, "unflatten"),
      ...x.shape.slice(axis + 1),
    ]);
  }),
  copying("permute(input, *dims)", (x, [dims]) => ops.permute(x, intsOfRest(dims, "permute"))),
  copying("transpose(input, dim0, dim1)", (x, [a, b]) =>
    ops.transpose(x, intOf(a, "transpose"), intOf(b, "transpose")),
  ),
  copying("swapaxes(input, axis0, axis1)", (x, [a, b]) =>
    ops.transpose(x, intOf(a, "swapaxes"), intOf(b, "swapaxes")),
  ),
  copying("t(input)", (x) => (x.ndim < 2 ? x : ops.transpose(x, 0, 1))),
  copying("narrow(input, dim, start, length)", (x, [dim, start, length]) =>
    ops.narrow(x, intOf(dim, "narrow"), intOf(start, "narrow"), intOf(length, "narrow")),
  ),
  copying("select(input, dim, index)", (x, [dim, at]) =>
    ops.select(x, intOf(dim, "select"), intOf(at, "select")),
  ),
  pieces("chunk(input, chunks, dim=0)", (x, [chunks, dim]) =>
    ops.chunk(x, intOf(chunks, "chunk"), intOf(dim, "chunk")),
  ),
  pieces("split(input, split_size_or_sections, dim=0)", (x, [sizes, dim]) =>
    ops.split(x, typeof sizes === "number" ? sizes : intsOf(sizes, "split"), intOf(dim, "split")),
  ),
  pieces("unbind(input, dim=0)", (x, [dim]) => {
    const axis = intOf(dim, "unbind");
    return Array.from({ length: x.size(axis) }, (_, i) => ops.select(x, axis, i));
  }),
  [
    "roll(input, shifts, dims=None)",
    ([input, shifts, dims]) => {
      const x = tensorOf(input, "roll");
      if (dims === null) {
        return x.fresh(ops.reshape(rolled(ops.flatten(x.float), intOf(shifts, "roll"), 0), x.shape));
      }
      const by = intsOf(shifts, "roll");
      return x.fresh(
        intsOf(dims, "roll").reduce((result, dim, i) => rolled(result, by[i] ?? 0, dim), x.float),
      );
    },
  ],
  [
    "flip(input, *dims)",
    ([input, dims]) => {
      const x = tensorOf(input, "flip");
      return x.fresh(
        intsOfRest(dims, "flip").reduce((result, dim) => {
          const size = result.size(dim);
          return ops.indexSelect(
            result,
            dim,
            Array.from({ length: size }, (_, i) => size - 1 - i),
          );
        }, x.float),
      );
    },
  ],
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

/** The dimension that softmax takes when none is named: 0 for 0, 1 or 3 dimensions, else 1. */
function impliedDim(x: PyTensor): number {
  return [0, 1, 3].includes(x.shape.length) ? 0 : 1;
}

function squeezed(x: Tensor, dims: readonly number[]): Tensor {
  const axes = dims.map((dim) => (dim < 0 ? dim + x.ndim : dim)).sort((a, b) => b - a);
  return axes.reduce((result, dim) => (result.shape[dim] === 1 ? ops.squeeze(result, dim) : result), x);
}

function rolled(x: Tensor, shift: number, dim: number): Tensor {
  const size = x.size(dim);
  const cut = size === 0 ? 0 : ((-shift % size) + size) % size;
  if (cut === 0) return x;
  return ops.cat([ops.slice(x, dim, cut), ops.slice(x, dim, 0, cut)], dim);
}

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

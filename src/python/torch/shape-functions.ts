/**
 * @module
 * Functions of torch, and methods of a tensor, that move entries and compute nothing.
 */

import * as ops from "../../ops/index.ts";
import type { Tensor } from "../../tensor/tensor.ts";
import type { HostBody } from "../values/host-function.ts";
import type { Value } from "../values/object.ts";
import { PyTuple } from "../values/sequences.ts";
import { intOf, intsOf, intsOfRest, tensorOf } from "./arguments.ts";
import { withIntegers } from "./indexing.ts";
import type { PyTensor } from "./tensor-value.ts";

type Move = (x: Tensor, values: readonly Value[]) => Tensor;

/** A change of shape alone, whose result looks at the same array. */
function reshaping(signature: string, run: Move): [string, HostBody] {
  return [
    signature,
    ([input, ...values]) => {
      const x = tensorOf(input, signature);
      const shared = x.tensor.dtype === "float32" || x.tensor.dtype === "float64";
      return moved(x, run, values, !shared);
    },
  ];
}

/** A view in PyTorch that is a copy here. */
function copying(signature: string, run: Move): [string, HostBody] {
  return [signature, ([input, ...values]) => moved(tensorOf(input, signature), run, values, true)];
}

function moved(x: PyTensor, run: Move, values: readonly Value[], copied: boolean): PyTensor {
  const result = withIntegers(x.tensor, (t) => run(t, values));
  return x.view(result, copied);
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

/** By their signatures; the tensor comes first. */
export const shapeFunctions: Readonly<Record<string, HostBody>> = Object.fromEntries([
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
]);

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

/**
 * @module
 * Entries in order, and their places.
 */

import * as ops from "../../ops/index.ts";
import { noteRead } from "../../autograd/index.ts";
import { Tensor } from "../../tensor/tensor.ts";
import type { AnyTensor } from "../../tensor/tensor.ts";
import type { HostBody } from "../values/host-function.ts";
import { raise } from "../values/raise.ts";
import { flag, intOf, tensorOf } from "./arguments.ts";
import { withIntegers } from "./indexing.ts";
import { NamedTuple } from "./named-tuple.ts";

/** The largest entries along a dimension and their places, largest first. */
export const topK: HostBody = ([input, k, dim, largest]) => {
  noteRead("the places of topk");
  const x = tensorOf(input, "topk");
  const axis = intOf(dim, "topk");
  const count = intOf(k, "topk");
  const order = sortedPlaces(x.float, axis, flag(largest));
  const size = order.ndim === 0 ? 1 : order.size(axis);
  if (count < 0 || count > size) raise("RuntimeError", "selected index k out of range");
  const places = withIntegers(order, (t) => ops.narrow(t, axis, 0, count));
  return new NamedTuple([x.fresh(gathered(x.float, axis, places)), x.fresh(places)], ["values", "indices"]);
};

/** The entries at these places along a dimension. */
export function gathered(x: Tensor, dim: number, places: AnyTensor): Tensor {
  return ops.gather(x, dim, places.to("int64"));
}

/** For each line along `dim`, the places of its entries in order; equal ones stay in theirs. */
export function sortedPlaces(x: Tensor, dim: number, descending: boolean): AnyTensor {
  const rank = x.ndim;
  const axis = dim < 0 ? dim + rank : dim;
  const last = ops.transpose(x, axis, rank - 1);
  const size = last.shape[rank - 1];
  const places = new Float64Array(last.numel());
  for (let start = 0; start < places.length; start += size) {
    const line = Array.from({ length: size }, (_, i) => i);
    const value = (i: number): number =>
      Number.isNaN(last.data[start + i]) ? Infinity : last.data[start + i];
    line.sort((a, b) => (descending ? value(b) - value(a) : value(a) - value(b)) || a - b);
    places.set(line, start);
  }
  const sorted = new Tensor(places, last.shape, "float64");
  return ops.transpose(sorted, axis, rank - 1).to("int64");
}

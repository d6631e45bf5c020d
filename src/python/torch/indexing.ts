/**
 * @module
 * Square brackets behind tensors.
 */

import { index, indexSelect, unsqueeze } from "../../ops/index.ts";
import type { Subscript } from "../../ops/index.ts";
import type { AnyTensor, Tensor } from "../../tensor/tensor.ts";
import { unsupported } from "../python-error.ts";
import { toInt } from "../values/numbers.ts";
import type { Value } from "../values/object.ts";
import { raise } from "../values/raise.ts";
import { PyList, PyTuple } from "../values/sequences.ts";
import { PyEllipsis, PySlice } from "../values/slices.ts";
import { isFloatTensor, PyTensor } from "./tensor-value.ts";

/** `x[key]`: numbers, slices, `...`, None, and one list or tensor of numbers. */
export function tensorItem(x: PyTensor, key: Value): PyTensor {
  const entries = key instanceof PyTuple ? key.items : [key];
  const picked = entries.findIndex((entry) => entry instanceof PyList || isIndexTensor(entry));
  if (picked >= 0) return pickEntries(x, entries, picked);
  const subscripts = entries.filter((entry) => entry !== null).map(subscriptOf);
  const cut = withIntegers(x.tensor, (tensor) => index(tensor, subscripts));
  return x.view(addDimensions(cut, entries), true);
}

function isIndexTensor(entry: Value): boolean {
  return entry instanceof PyTensor && entry.shape.length > 0;
}

/** Runs an operation of floats on any tensor. */
export function withIntegers(x: AnyTensor, run: (x: Tensor) => Tensor): AnyTensor {
  return isFloatTensor(x) ? run(x) : run(x.to("float64")).to(x.dtype);
}

function subscriptOf(entry: Value): Subscript {
  if (entry instanceof PyEllipsis) return "...";
  if (entry instanceof PySlice) {
    const part = (value: Value): string => (value === null ? "" : String(numberAt(value)));
    return `${part(entry.start)}:${part(entry.stop)}:${part(entry.step)}`;
  }
  if (typeof entry === "boolean") throw unsupported("an index that is a boolean");
  return numberAt(entry);
}

function numberAt(value: Value): number {
  return value instanceof PyTensor ? Math.trunc(value.toNumber()) : toInt(value, "tensor index");
}

/** Puts the new dimensions in that None stands for. */
function addDimensions(x: AnyTensor, entries: readonly Value[]): AnyTensor {
  if (!entries.includes(null)) return x;
  const kept = entries.filter((entry) => entry instanceof PySlice || entry === null).length;
  let result = x;
  let dim = 0;
  for (const entry of entries) {
    if (entry === null) {
      const at = dim;
      result = withIntegers(result, (tensor) => unsqueeze(tensor, at));
      dim += 1;
    } else if (entry instanceof PySlice) dim += 1;
    else if (entry instanceof PyEllipsis) {
      const behind = entries.slice(entries.indexOf(entry)).filter((e) => e instanceof PySlice).length;
      const news = entries.slice(entries.indexOf(entry)).filter((e) => e === null).length;
      dim = result.shape.length - behind;
      if (news + behind > kept) raise("IndexError", "too many indices for tensor");
    }
  }
  return result;
}

/** One list or tensor of numbers among full slices. */
function pickEntries(x: PyTensor, entries: readonly Value[], at: number): PyTensor {
  const others = entries.filter((_, i) => i !== at);
  if (others.some((entry) => !(entry instanceof PySlice) || entry.start !== null || entry.stop !== null)) {
    throw unsupported("a list of indices beside other indices than `:`");
  }
  const entry = entries[at];
  if (entry instanceof PyTensor && entry.tensor.dtype === "bool") {
    throw unsupported("an index that is a tensor of booleans");
  }
  const numbers =
    entry instanceof PyTensor
      ? Array.from(entry.tensor.data, Number)
      : entry instanceof PyList
        ? entry.items.map(numberAt)
        : [];
  const size = x.shape.at(at) ?? raise("IndexError", "too many indices for tensor");
  const places = numbers.map((number) => (number < 0 ? number + size : number));
  return x.fresh(withIntegers(x.tensor, (tensor) => indexSelect(tensor, at, places)));
}

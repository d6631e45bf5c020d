/**
 * @module
 * Arguments of torch's functions out of Python values.
 */

import type { Pair } from "../../ops/index.ts";
import type { Tensor } from "../../tensor/tensor.ts";
import { kindOf, numberOf, toInt } from "../values/numbers.ts";
import type { Value } from "../values/object.ts";
import { raise } from "../values/raise.ts";
import { PyList, PyTuple } from "../values/sequences.ts";
import { PyTensor } from "./tensor-value.ts";

/** A tensor. @throws TypeError naming the function */
export function tensorOf(value: Value, what: string): PyTensor {
  if (value instanceof PyTensor) return value;
  return raise("TypeError", `${what}: expected a Tensor, got ${kindOf(value)}`);
}

/** A tensor of floats. */
export function floatOf(value: Value, what: string): Tensor {
  return tensorOf(value, what).float;
}

/** A tensor of floats, or null for None. */
export function optionalFloat(value: Value, what: string): Tensor | null {
  return value === null ? null : floatOf(value, what);
}

/** An int; a tensor of one element counts as one. */
export function intOf(value: Value, what: string): number {
  if (value instanceof PyTensor) return Math.trunc(value.toNumber());
  return toInt(value, what);
}

/** The entries of a list or tuple; undefined for anything else. */
export function entriesOf(value: Value): readonly Value[] | undefined {
  return value instanceof PyList || value instanceof PyTuple ? value.items : undefined;
}

/** Ints, from a list or tuple or from one int. */
export function intsOf(value: Value, what: string): number[] {
  const entries = entriesOf(value);
  return entries === undefined ? [intOf(value, what)] : entries.map((entry) => intOf(entry, what));
}

/** Ints given one by one, `view(2, 3)`, or as one sequence, `view((2, 3))`: what a `*shape` parameter receives. */
export function intsOfRest(value: Value, what: string): number[] {
  const given = entriesOf(value) ?? [];
  const inner = given.length === 1 ? entriesOf(given[0]) : undefined;
  return (inner ?? given).map((entry) => intOf(entry, what));
}

/** One int, or a pair of them. */
export function pairOfInts(value: Value, what: string): Pair {
  const entries = entriesOf(value);
  if (entries === undefined) return intOf(value, what);
  if (entries.length === 1) return intOf(entries[0], what);
  if (entries.length !== 2) raise("ValueError", `${what}: expected one int or two, got ${entries.length}`);
  return [intOf(entries[0], what), intOf(entries[1], what)];
}

/** As {@link pairOfInts}; undefined for None. */
export function optionalPair(value: Value, what: string): Pair | undefined {
  return value === null ? undefined : pairOfInts(value, what);
}

/** A number, also of a tensor of one element. */
export function floatNumber(value: Value, what: string): number {
  if (value instanceof PyTensor) return value.toNumber();
  return numberOf(value) ?? raise("TypeError", `${what}: expected a number, got ${kindOf(value)}`);
}

/** A boolean. */
export function flag(value: Value): boolean {
  return value === true || (typeof value === "number" && value !== 0);
}

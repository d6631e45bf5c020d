/**
 * @module
 * The methods of list, tuple, dict and set.
 */

import type { Machine } from "../machine.ts";
import { PyDict, PySet } from "../values/dict.ts";
import { methodTable } from "../values/host-function.ts";
import { kindOf, toInt } from "../values/numbers.ts";
import type { Value } from "../values/object.ts";
import { equals, iterate, listOf, repr } from "../values/protocol.ts";
import { raise } from "../values/raise.ts";
import { PyList, PyTuple } from "../values/sequences.ts";
import { checkedIndex } from "../values/slices.ts";
import { sorted } from "./functions.ts";
import { fillDict } from "./types.ts";

function list(value: Value): PyList {
  return value instanceof PyList ? value : raise("TypeError", `expected a list, got ${kindOf(value)}`);
}

function dict(value: Value): PyDict {
  return value instanceof PyDict ? value : raise("TypeError", `expected a dict, got ${kindOf(value)}`);
}

function set(value: Value): PySet {
  return value instanceof PySet ? value : raise("TypeError", `expected a set, got ${kindOf(value)}`);
}

function items(value: Value): readonly Value[] {
  return value instanceof PyTuple ? value.items : list(value).items;
}

function place(machine: Machine, values: readonly Value[], wanted: Value): number {
  const index = values.findIndex((value) => equals(machine, value, wanted));
  return index < 0 ? raise("ValueError", `${repr(machine, wanted)} is not in the list`) : index;
}

function count(machine: Machine, values: readonly Value[], wanted: Value): number {
  return values.filter((value) => equals(machine, value, wanted)).length;
}

/** Methods of tuple. */
export const tupleMethods = methodTable({
  "index(self, value)": ([self, value], machine) => place(machine, items(self), value),
  "count(self, value)": ([self, value], machine) => count(machine, items(self), value),
  "numel(self)": ([self]) =>
    items(self).reduce<number>((product, size) => product * toInt(size, "numel()"), 1),
});

/** Methods of list. */
export const listMethods = methodTable({
  "append(self, value)": ([self, value], machine) => {
    list(self).items.push(value);
    machine.checkSize(list(self).items.length, "list");
    return null;
  },
  "extend(self, values)": ([self, values], machine) => {
    list(self).inPlace(machine, "+", values);
    return null;
  },
  "insert(self, index, value)": ([self, index, value], machine) => {
    list(self).items.splice(toInt(index, "insert()"), 0, value);
    machine.checkSize(list(self).items.length, "list");
    return null;
  },
  "pop(self, index=-1)": ([self, index]) => {
    const { items: values } = list(self);
    if (values.length === 0) return raise("IndexError", "pop from empty list");
    return values.splice(checkedIndex(index, values.length, "pop"), 1)[0];
  },
  "remove(self, value)": ([self, value], machine) => {
    const { items: values } = list(self);
    values.splice(place(machine, values, value), 1);
    return null;
  },
  "clear(self)": ([self]) => {
    list(self).items = [];
    return null;
  },
  "copy(self)": ([self]) => new PyList([...list(self).items]),
  "reverse(self)": ([self]) => {
    list(self).items.reverse();
    return null;
  },
  "sort(self, *, key=None, reverse=False)": ([self, key, reverse], machine) => {
    list(self).items = sorted(machine, self, key, reverse);
    return null;
  },
  "index(self, value)": ([self, value], machine) => place(machine, items(self), value),
  "count(self, value)": ([self, value], machine) => count(machine, items(self), value),
});

/** Methods of dict. `keys`, `values` and `items` are lists of what is there at the time. */
export const dictMethods = methodTable({
  "get(self, key, default=None)": ([self, key, fallback], machine) => {
    const value = dict(self).get(machine, key);
    return value === undefined ? fallback : value;
  },
  "keys(self)": ([self]) =>
    new PyList(
      dict(self)
        .entries()
        .map(([key]) => key),
    ),
  "values(self)": ([self]) =>
    new PyList(
      dict(self)
        .entries()
        .map(([, value]) => value),
    ),
  "items(self)": ([self]) =>
    new PyList(
      dict(self)
        .entries()
        .map(([key, value]) => new PyTuple([key, value])),
    ),
  "pop(self, key, *default)": ([self, key, fallback], machine) => {
    const value = dict(self).delete(machine, key);
    if (value !== undefined) return value;
    const [other] = items(fallback);
    return other === undefined ? raise("KeyError", repr(machine, key)) : other;
  },
  "setdefault(self, key, default=None)": ([self, key, fallback], machine) => {
    const value = dict(self).get(machine, key);
    if (value === undefined) dict(self).set(machine, key, fallback);
    return value === undefined ? fallback : value;
  },
  "update(self, source=None, **keywords)": ([self, source, keywords], machine) => {
    fillDict(machine, dict(self), source, keywords);
    return null;
  },
  "clear(self)": ([self]) => {
    dict(self).clear();
    return null;
  },
  "copy(self)": ([self], machine) => fillDict(machine, new PyDict(), self, null),
});

/** Methods of set. */
export const setMethods = methodTable({
  "add(self, value)": ([self, value], machine) => {
    set(self).add(machine, value);
    return null;
  },
  "discard(self, value)": ([self, value], machine) => {
    set(self).delete(machine, value);
    return null;
  },
  "remove(self, value)": ([self, value], machine) =>
    set(self).delete(machine, value) ? null : raise("KeyError", repr(machine, value)),
  "update(self, values)": ([self, values], machine) => {
    for (const value of iterate(machine, values)) set(self).add(machine, value);
    return null;
  },
  "union(self, other)": ([self, other], machine) =>
    new PySet(machine, [...listOf(machine, self), ...listOf(machine, other)]),
  "intersection(self, other)": ([self, other], machine) =>
    new PySet(
      machine,
      listOf(machine, other).filter((value) => set(self).contains(machine, value)),
    ),
  "difference(self, other)": ([self, other], machine) => {
    const gone = new PySet(machine, iterate(machine, other));
    return new PySet(
      machine,
      listOf(machine, self).filter((value) => !gone.contains(machine, value)),
    );
  },
  "issubset(self, other)": ([self, other], machine) => {
    const all = new PySet(machine, iterate(machine, other));
    return listOf(machine, self).every((value) => all.contains(machine, value));
  },
  "copy(self)": ([self], machine) => new PySet(machine, listOf(machine, self)),
});

/**
 * @module
 * Python's built-in functions.
 */

import type { Machine } from "../machine.ts";
import { binary } from "../evaluate/operators.ts";
import { PyClass } from "../values/class.ts";
import { Descriptor } from "../values/descriptor.ts";
import { PySuper } from "../values/super.ts";
import { formatValue } from "../values/format.ts";
import { hostFunction } from "../values/host-function.ts";
import { Absent } from "../values/namespace.ts";
import { checkedInt, kindOf, numberOf, PyFloat, toInt, toNumber, toText } from "../values/numbers.ts";
import { PyObject } from "../values/object.ts";
import type { Value } from "../values/object.ts";
import { isLess } from "../values/order.ts";
import {
  call,
  callWith,
  findAttribute,
  getAttribute,
  iterate,
  lengthOf,
  listOf,
  repr,
  setAttribute,
  str,
  truth,
} from "../values/protocol.ts";
import { PythonRaised, raise } from "../values/raise.ts";
import { PyIterator, PyList, PyRange, PyTuple } from "../values/sequences.ts";
import { isInstance, typeOf } from "./types.ts";

/** Sorted entries: stable, by `key`. */
export function sorted(machine: Machine, entries: Value, key: Value, reverse: Value): Value[] {
  const items = listOf(machine, entries);
  const keyed = items.map((item) => ({ item, key: key === null ? item : callWith(machine, key, item) }));
  const sign = truth(machine, reverse) ? -1 : 1;
  keyed.sort((a, b) => {
    machine.step();
    if (isLess(machine, a.key, b.key)) return -sign;
    return isLess(machine, b.key, a.key) ? sign : 0;
  });
  return keyed.map(({ item }) => item);
}

/** `max` or `min`: of the entries of one value, or of several. */
function extreme(name: "max" | "min"): Value {
  return hostFunction(`${name}(*values, key=None, default=None)`, ([values, key, fallback], machine) => {
    const given = listOf(machine, values);
    const items = given.length === 1 ? listOf(machine, given[0]) : given;
    if (items.length === 0) return fallback ?? raise("ValueError", `${name}() iterable argument is empty`);
    let best = items[0];
    let bestKey = key === null ? best : callWith(machine, key, best);
    for (const item of items.slice(1)) {
      const itemKey = key === null ? item : callWith(machine, key, item);
      const better = name === "max" ? isLess(machine, bestKey, itemKey) : isLess(machine, itemKey, bestKey);
      if (better) [best, bestKey] = [item, itemKey];
    }
    return best;
  });
}

/** To the even neighbour where two are equally near. */
function roundHalfEven(value: number): number {
  const floor = Math.floor(value);
  const rest = value - floor;
  if (rest !== 0.5) return Math.round(value);
  return floor % 2 === 0 ? floor : floor + 1;
}

function rounded(value: Value, digits: Value): Value {
  const number = toNumber(value, "round()");
  if (digits === null) return checkedInt(roundHalfEven(number));
  if (!(value instanceof PyFloat)) return value;
  const places = toInt(digits, "round() digits");
  if (places >= 0) return new PyFloat(places > 100 ? number : Number(number.toFixed(places)));
  const unit = 10 ** -places;
  return new PyFloat(roundHalfEven(number / unit) * unit);
}

function* zipped(machine: Machine, sources: readonly Value[]): Generator<Value> {
  const iterators = sources.map((source) => iterate(machine, source));
  while (iterators.length > 0) {
    const results = iterators.map((iterator) => iterator.next());
    if (results.some(({ done }) => done === true)) return;
    yield new PyTuple(results.map(({ value }) => value ?? null));
  }
}

function* mapped(machine: Machine, callee: Value, rows: Iterable<Value>): Generator<Value> {
  for (const row of rows) yield call(machine, callee, { positional: listOf(machine, row), keywords: null });
}

function* filtered(machine: Machine, test: Value, entries: Value): Generator<Value> {
  for (const entry of iterate(machine, entries)) {
    if (truth(machine, test === null ? entry : callWith(machine, test, entry))) yield entry;
  }
}

function* enumerated(machine: Machine, entries: Value, start: number): Generator<Value> {
  let i = start;
  for (const entry of iterate(machine, entries)) {
    yield new PyTuple([i, entry]);
    i += 1;
  }
}

function* reversed(machine: Machine, entries: Value): Generator<Value> {
  yield* listOf(machine, entries).reverse();
}

function range(start: Value, stop: Value, step: Value): Value {
  const first = toInt(start, "range()");
  if (stop === null) return new PyRange(0, first, 1);
  return new PyRange(first, toInt(stop, "range()"), toInt(step, "range()"));
}

/** An attribute that is there; one that candil does not know counts as missing. */
function known(machine: Machine, value: Value, name: Value): Value | undefined {
  try {
    const found = findAttribute(machine, value, toText(name, "attribute name"));
    return found instanceof Absent ? undefined : found;
  } catch (error) {
    if (error instanceof PythonRaised && error.exceptionType === "AttributeError") return undefined;
    throw error;
  }
}

const functions = [
  hostFunction("len(value)", ([value], machine) => lengthOf(machine, value)),
  hostFunction("range(start, stop=None, step=1)", ([start, stop, step]) => range(start, stop, step)),
  hostFunction(
    "enumerate(entries, start=0)",
    ([entries, start], machine) =>
      new PyIterator(enumerated(machine, entries, toInt(start, "enumerate()")), "enumerate"),
  ),
  hostFunction(
    "zip(*sources, strict=False)",
    ([sources], machine) => new PyIterator(zipped(machine, listOf(machine, sources)), "zip"),
  ),
  hostFunction(
    "map(function, *sources)",
    ([callee, sources], machine) =>
      new PyIterator(mapped(machine, callee, zipped(machine, listOf(machine, sources))), "map"),
  ),
  hostFunction(
    "filter(function, entries)",
    ([test, entries], machine) => new PyIterator(filtered(machine, test, entries), "filter"),
  ),
  hostFunction(
    "reversed(entries)",
    ([entries], machine) => new PyIterator(reversed(machine, entries), "reversed"),
  ),
  hostFunction(
    "sorted(entries, *, key=None, reverse=False)",
    ([entries, key, reverse], machine) => new PyList(sorted(machine, entries, key, reverse)),
  ),
  hostFunction("sum(entries, start=0)", ([entries, start], machine) => {
    let total = start;
    for (const entry of iterate(machine, entries)) total = binary(machine, "+", total, entry);
    return total;
  }),
  hostFunction("any(entries)", ([entries], machine) => {
    for (const entry of iterate(machine, entries)) if (truth(machine, entry)) return true;
    return false;
  }),
  hostFunction("all(entries)", ([entries], machine) => {
    for (const entry of iterate(machine, entries)) if (!truth(machine, entry)) return false;
    return true;
  }),
  hostFunction("abs(x)", ([x], machine) => {
    if (x instanceof PyFloat) return new PyFloat(Math.abs(x.value));
    const number = numberOf(x);
    return number === undefined ? call(machine, getAttribute(machine, x, "abs")) : Math.abs(number);
  }),
  hostFunction("round(number, ndigits=None)", ([number, digits]) => rounded(number, digits)),
  hostFunction(
    "divmod(a, b)",
    ([a, b], machine) => new PyTuple([binary(machine, "//", a, b), binary(machine, "%", a, b)]),
  ),
  hostFunction("pow(base, exp, mod=None)", ([base, exponent, modulus], machine) => {
    const power = binary(machine, "**", base, exponent);
    return modulus === null ? power : binary(machine, "%", power, modulus);
  }),
  hostFunction("isinstance(value, type)", ([value, type], machine) => isInstance(machine, value, type)),
  hostFunction("issubclass(cls, type)", ([cls, type], machine) => {
    if (!(cls instanceof PyClass)) return raise("TypeError", "issubclass() arg 1 must be a class");
    const types = type instanceof PyTuple ? listOf(machine, type) : [type];
    return types.some((other) => other instanceof PyClass && cls.isSubclassOf(other));
  }),
  hostFunction("callable(value)", ([value]) => value instanceof PyObject && value.callable),
  hostFunction(
    "hasattr(object, name)",
    ([object, name], machine) => known(machine, object, name) !== undefined,
  ),
  hostFunction("getattr(object, name, *default)", ([object, name, fallback], machine) => {
    const found = known(machine, object, name);
    if (found !== undefined) return found;
    const [other] = listOf(machine, fallback);
    return other === undefined ? getAttribute(machine, object, toText(name, "getattr()")) : other;
  }),
  hostFunction("setattr(object, name, value)", ([object, name, value], machine) => {
    setAttribute(machine, object, toText(name, "setattr()"), value);
    return null;
  }),
  hostFunction("delattr(object, name)", ([object, name], machine) => {
    setAttribute(machine, object, toText(name, "delattr()"), undefined);
    return null;
  }),
  hostFunction("repr(value)", ([value], machine) => repr(machine, value)),
  hostFunction("format(value, spec='')", ([value, spec], machine) =>
    formatValue(machine, value, toText(spec, "format()")),
  ),
  hostFunction("type(value)", ([value]) => typeOf(value)),
  hostFunction("id(value)", ([value], machine) =>
    typeof value === "object" && value !== null ? machine.identity(value) : 0,
  ),
  hostFunction(
    "ord(c)",
    ([c]) => toText(c, "ord()").codePointAt(0) ?? raise("TypeError", "ord() expected a character"),
  ),
  hostFunction("chr(i)", ([i]) => {
    const code = toInt(i, "chr()");
    return code >= 0 && code <= 0x10ffff
      ? String.fromCodePoint(code)
      : raise("ValueError", "chr() arg not in range(0x110000)");
  }),
  hostFunction("iter(entries)", ([entries], machine) =>
    entries instanceof PyIterator ? entries : new PyIterator(iterate(machine, entries)),
  ),
  hostFunction("next(iterator, *default)", ([iterator, fallback], machine) => {
    if (!(iterator instanceof PyIterator))
      return raise("TypeError", `'${kindOf(iterator)}' object is not an iterator`);
    const entry = iterator.next();
    if (entry !== undefined) return entry;
    const [other] = listOf(machine, fallback);
    return other === undefined ? raise("StopIteration", "") : other;
  }),
  hostFunction("print(*values, sep=' ', end='', file=None, flush=False)", ([values, separator], machine) => {
    const parts = listOf(machine, values).map((value) => str(machine, value));
    machine.print(parts.join(typeof separator === "string" ? separator : " "));
    return null;
  }),
  hostFunction("super(cls, self)", ([cls, self]) =>
    cls instanceof PyClass ? new PySuper(cls, self) : raise("TypeError", "super() argument 1 must be a type"),
  ),
  hostFunction("staticmethod(function)", ([callee]) => new Descriptor("staticmethod", callee)),
  hostFunction("classmethod(function)", ([callee]) => new Descriptor("classmethod", callee)),
  hostFunction("property(fget, fset=None)", ([getter, setter]) => new Descriptor("property", getter, setter)),
];

/** The built-in functions by name. */
export const builtinFunctions: ReadonlyMap<string, Value> = new Map<string, Value>([
  ...functions.map((callee): [string, Value] => [callee.signature.name, callee]),
  ["max", extreme("max")],
  ["min", extreme("min")],
]);

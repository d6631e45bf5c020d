/**
 * @module
 * The types among Python's built-in names.
 */

import type { Machine } from "../machine.ts";
import { BuiltinType } from "../values/builtin-type.ts";
import { PyClass } from "../values/class.ts";
import { PyInstance } from "../values/instance.ts";
import { PyDict, PySet } from "../values/dict.ts";
import { hostFunction } from "../values/host-function.ts";
import { checkedInt, kindOf, NumberLike, numberOf, PyFloat, toInt } from "../values/numbers.ts";
import { PyObject } from "../values/object.ts";
import type { Value } from "../values/object.ts";
import { iterate, listOf, str, truth } from "../values/protocol.ts";
import { PythonRaised, raise } from "../values/raise.ts";
import { PyBytes, PyList, PyTuple } from "../values/sequences.ts";
import { PySlice } from "../values/slices.ts";
import { bind, parseSignature } from "../values/signature.ts";

function type(
  signature: string,
  test: (value: Value) => boolean,
  make: (values: readonly Value[], machine: Machine) => Value,
  attributes?: ReadonlyMap<string, Value>,
): BuiltinType {
  const parsed = parseSignature(signature);
  return new BuiltinType({
    name: parsed.name,
    test,
    make: (machine, args) => make(bind(parsed, args), machine),
    ...(attributes === undefined ? {} : { attributes }),
  });
}

/** `int(value)`: truncates floats, reads strings. */
function toPythonInt(value: Value, base: Value): Value {
  if (typeof value === "string") {
    const radix = base === null ? 10 : toInt(base, "int() base");
    const digits = value.trim().replaceAll("_", "").toLowerCase();
    const bare = radix === 16 ? digits.replace(/^([+-]?)0x/, "$1") : digits;
    const allowed = radix <= 10 ? `0-${radix - 1}` : `0-9a-${String.fromCharCode(86 + radix)}`;
    if (radix < 2 || radix > 36 || !new RegExp(`^[+-]?[${allowed}]+$`).test(bare)) {
      raise("ValueError", `invalid literal for int() with base ${radix}: '${value.slice(0, 50)}'`);
    }
    return checkedInt(parseInt(bare, radix));
  }
  if (value instanceof PyObject && !(value instanceof PyFloat)) return convertObject(value, "int");
  const number = numberOf(value);
  if (number === undefined)
    return raise("TypeError", `int() argument must be a string or a number, not '${kindOf(value)}'`);
  if (!Number.isFinite(number)) return raise("ValueError", `cannot convert float ${number} to integer`);
  return checkedInt(Math.trunc(number));
}

function convertObject(value: PyObject, to: "int" | "float"): Value {
  if (!(value instanceof NumberLike)) {
    return raise("TypeError", `${to}() argument must be a string or a number, not '${value.typeName}'`);
  }
  const number = value.toNumber();
  return to === "int" ? toPythonInt(new PyFloat(number), null) : new PyFloat(number);
}

function toPythonFloat(value: Value): Value {
  if (typeof value === "string") {
    const text = value.trim().toLowerCase();
    const special = /^([+-]?)(inf|infinity|nan)$/.exec(text);
    if (special !== null)
      return new PyFloat(special[2] === "nan" ? NaN : special[1] === "-" ? -Infinity : Infinity);
    if (!/^[+-]?(\d[\d_]*)?\.?\d*(e[+-]?\d+)?$/.test(text) || !/\d/.test(text)) {
      raise("ValueError", `could not convert string to float: '${value.slice(0, 50)}'`);
    }
    return new PyFloat(Number(text.replaceAll("_", "")));
  }
  const number = numberOf(value);
  if (number !== undefined) return new PyFloat(number);
  return value instanceof PyObject
    ? convertObject(value, "float")
    : raise("TypeError", `float() argument must be a string or a number, not '${kindOf(value)}'`);
}

/** Fills a dict from another one, from pairs, and from keywords. */
export function fillDict(machine: Machine, dict: PyDict, source: Value, keywords: Value): PyDict {
  if (source instanceof PyDict) {
    for (const [key, value] of source.entries()) dict.set(machine, key, value);
  } else if (source !== null) {
    for (const entry of iterate(machine, source)) {
      const pair = listOf(machine, entry);
      if (pair.length !== 2) raise("ValueError", "a dict takes pairs of key and value");
      dict.set(machine, pair[0], pair[1]);
    }
  }
  if (keywords instanceof PyDict)
    for (const [key, value] of keywords.entries()) dict.set(machine, key, value);
  return dict;
}

const fromKeys = hostFunction("fromkeys(keys, value=None)", ([keys, value], machine) => {
  const dict = new PyDict();
  for (const key of iterate(machine, keys)) dict.set(machine, key, value);
  return dict;
});

function bytesFrom(machine: Machine, value: Value): Uint8Array {
  if (value instanceof PyBytes) return value.data.slice();
  if (value === null) return new Uint8Array();
  if (typeof value === "string") return new TextEncoder().encode(value);
  if (typeof value === "number") {
    machine.checkSize(value, "bytes");
    return value < 0 ? raise("ValueError", "negative count") : new Uint8Array(value);
  }
  return Uint8Array.from(listOf(machine, value), (item) => toInt(item, "bytes() item"));
}

const object = new PyClass({ name: "object", bases: [], attributes: new Map() });

/** int, str, list and their kin by name. */
export const builtinTypes: Readonly<Record<string, Value>> = {
  object,
  int: type(
    "int(x=0, base=None)",
    (v) => typeof v === "number" || typeof v === "boolean",
    ([x, base]) => toPythonInt(x, base),
  ),
  float: type(
    "float(x=0)",
    (v) => v instanceof PyFloat,
    ([x]) => toPythonFloat(x),
  ),
  bool: type(
    "bool(x=False)",
    (v) => typeof v === "boolean",
    ([x], machine) => truth(machine, x),
  ),
  str: type(
    "str(object='', encoding=None, errors=None)",
    (v) => typeof v === "string",
    ([value, encoding], machine) =>
      value instanceof PyBytes && encoding !== null
        ? new TextDecoder().decode(value.data)
        : str(machine, value),
  ),
  bytes: type(
    "bytes(source=None, encoding=None)",
    (v) => v instanceof PyBytes && v.typeName === "bytes",
    ([v], machine) => new PyBytes(bytesFrom(machine, v)),
  ),
  bytearray: type(
    "bytearray(source=None, encoding=None)",
    (v) => v instanceof PyBytes && v.typeName === "bytearray",
    ([v], machine) => new PyBytes(bytesFrom(machine, v), "bytearray"),
  ),
  list: type(
    "list(entries=())",
    (v) => v instanceof PyList,
    ([entries], machine) => {
      const items = listOf(machine, entries);
      machine.checkSize(items.length, "list");
      return new PyList(items);
    },
  ),
  tuple: type(
    "tuple(entries=())",
    (v) => v instanceof PyTuple,
    ([entries], machine) => (entries instanceof PyTuple ? entries : new PyTuple(listOf(machine, entries))),
  ),
  dict: type(
    "dict(source=None, **keywords)",
    (v) => v instanceof PyDict,
    ([source, keywords], machine) => fillDict(machine, new PyDict(), source, keywords),
    new Map([["fromkeys", fromKeys]]),
  ),
  set: type(
    "set(entries=())",
    (v) => v instanceof PySet && v.typeName === "set",
    ([entries], machine) => new PySet(machine, iterate(machine, entries)),
  ),
  frozenset: type(
    "frozenset(entries=())",
    (v) => v instanceof PySet && v.typeName === "frozenset",
    ([entries], machine) => new PySet(machine, iterate(machine, entries), "frozenset"),
  ),
  slice: type(
    "slice(start, stop=None, step=None)",
    (v) => v instanceof PySlice,
    ([start, stop, step]) => new PySlice(start, stop, step),
  ),
};

/** `type(value)`. */
export function typeOf(value: Value): Value {
  if (value instanceof PyInstance) return value.cls;
  const named = builtinTypes[Object.hasOwn(builtinTypes, kindOf(value)) ? kindOf(value) : "object"];
  return named === object
    ? new PyClass({ name: kindOf(value), bases: [object], attributes: new Map() })
    : named;
}

/** `isinstance(value, type)`; `type` may be a tuple. */
export function isInstance(machine: Machine, value: Value, of: Value): boolean {
  if (of instanceof PyTuple) return of.items.some((item) => isInstance(machine, value, item));
  if (of instanceof BuiltinType) return of.test(value);
  if (of instanceof PyClass)
    return of === object || (value instanceof PyInstance && value.cls.isSubclassOf(of));
  // Nothing is an instance of what candil does not know.
  if (kindOf(of) === "absent") return false;
  throw new PythonRaised("TypeError", "isinstance() arg 2 must be a type or tuple of types");
}

/**
 * @module
 * What can be done with any value: the built-in functions' work, over primitives and objects alike.
 */

import type { Machine } from "../machine.ts";
import { nearestName } from "../../errors.ts";
import { boundFrom } from "./bound-method.ts";
import { kindOf, numberOf } from "./numbers.ts";
import { PyObject } from "./object.ts";
import type { Arguments, Value } from "./object.ts";
import { NO_ARGUMENTS } from "./object.ts";
import { raise } from "./raise.ts";
import { checkedIndex, PySlice } from "./slices.ts";
import { quote } from "./text.ts";

/** `bool(value)`. */
export function truth(machine: Machine, value: Value): boolean {
  if (typeof value === "boolean") return value;
  if (value instanceof PyObject) return value.truth(machine);
  return value !== null && value !== 0 && value !== "";
}

/** `a == b`. */
export function equals(machine: Machine, a: Value, b: Value): boolean {
  if (a === b) return true;
  if (a instanceof PyObject) {
    machine.step();
    const answer = a.equals(machine, b);
    if (answer !== undefined) return answer;
  }
  if (b instanceof PyObject) return b.equals(machine, a) ?? false;
  const [left, right] = [numberOf(a), numberOf(b)];
  return left !== undefined && left === right;
}

/** The key under which dicts and sets keep a value. @throws TypeError for lists, dicts and sets */
export function hashKey(machine: Machine, value: Value): unknown {
  if (typeof value === "boolean") return Number(value);
  return value instanceof PyObject ? value.hashKey(machine) : value;
}

/** `str(value)`. */
export function str(machine: Machine, value: Value): string {
  if (typeof value === "string") return value;
  return value instanceof PyObject ? value.str(machine) : repr(machine, value);
}

/** `repr(value)`. */
export function repr(machine: Machine, value: Value): string {
  machine.step();
  if (value === null) return "None";
  if (typeof value === "boolean") return value ? "True" : "False";
  if (typeof value === "string") return quote(value);
  return typeof value === "number" ? String(value) : machine.nested(() => value.repr(machine));
}

/** The entries of something iterable; each costs a step. */
export function* iterate(machine: Machine, value: Value): Generator<Value, void, undefined> {
  const entries = entriesOf(machine, value);
  for (const entry of entries) {
    machine.step();
    yield entry;
  }
}

/** All entries at once. */
export function listOf(machine: Machine, value: Value): Value[] {
  return [...iterate(machine, value)];
}

function entriesOf(machine: Machine, value: Value): Iterable<Value> {
  if (typeof value === "string") return value;
  if (value instanceof PyObject) return value.iterate(machine);
  return raise("TypeError", `'${kindOf(value)}' object is not iterable`);
}

/** `len(value)`. */
export function lengthOf(machine: Machine, value: Value): number {
  if (typeof value === "string") return [...value].length;
  if (value instanceof PyObject) return value.length(machine);
  return raise("TypeError", `object of type '${kindOf(value)}' has no len()`);
}

/** `value in container`. */
export function contains(machine: Machine, container: Value, value: Value): boolean {
  if (typeof container === "string") {
    return typeof value === "string"
      ? container.includes(value)
      : raise("TypeError", `'in <string>' requires string as left operand, not ${kindOf(value)}`);
  }
  const known = container instanceof PyObject ? container.contains(machine, value) : undefined;
  if (known !== undefined) return known;
  for (const entry of iterate(machine, container)) if (equals(machine, entry, value)) return true;
  return false;
}

/** `callee(...)`. */
export function call(machine: Machine, callee: Value, args: Arguments = NO_ARGUMENTS): Value {
  if (callee instanceof PyObject) return callee.call(machine, args);
  return raise("TypeError", `'${kindOf(callee)}' object is not callable`);
}

/** `callee(a, b, ...)`. */
export function callWith(machine: Machine, callee: Value, ...positional: readonly Value[]): Value {
  return call(machine, callee, { positional, keywords: null });
}

/** The value of an attribute; undefined when there is none. */
export function findAttribute(machine: Machine, value: Value, name: string): Value | undefined {
  if (value instanceof PyObject) {
    const found = value.attribute(machine, name);
    if (found !== undefined) return found;
  } else {
    const table = tableOf(machine, value);
    const found = table === undefined ? undefined : boundFrom(table, value, name);
    if (found !== undefined) return found;
  }
  if (name === "__class__") return machine.typeOf(value);
  return undefined;
}

function tableOf(machine: Machine, value: Value): Machine["methods"]["str"] | undefined {
  if (typeof value === "string") return machine.methods.str;
  return typeof value === "number" ? machine.methods.int : undefined;
}

/** `value.name`. @throws AttributeError with the nearest name that is known */
export function getAttribute(machine: Machine, value: Value, name: string): Value {
  const found = findAttribute(machine, value, name);
  if (found !== undefined) return found;
  const table = value instanceof PyObject ? undefined : tableOf(machine, value);
  const near = table === undefined ? null : nearestName(name, table.keys());
  const hint = near === null ? "" : `; did you mean '${near}'?`;
  return raise("AttributeError", `'${kindOf(value)}' object has no attribute '${name}'${hint}`);
}

/** `value.name = attribute`, or `del value.name` for undefined. */
export function setAttribute(
  machine: Machine,
  value: Value,
  name: string,
  attribute: Value | undefined,
): void {
  if (value instanceof PyObject) value.setAttribute(machine, name, attribute);
  else raise("AttributeError", `'${kindOf(value)}' object has no attribute '${name}'`);
}

/** `value[key]`. */
export function getItem(machine: Machine, value: Value, key: Value): Value {
  if (value instanceof PyObject) return value.item(machine, key);
  if (typeof value !== "string") {
    return raise("TypeError", `'${kindOf(value)}' object is not subscriptable`);
  }
  const characters = [...value];
  if (key instanceof PySlice) {
    return key
      .positions(characters.length)
      .map((i) => characters[i])
      .join("");
  }
  return characters[checkedIndex(key, characters.length, "string")];
}

/** `value[key] = entry`, or `del value[key]` for undefined. */
export function setItem(machine: Machine, value: Value, key: Value, entry: Value | undefined): void {
  if (value instanceof PyObject) value.setItem(machine, key, entry);
  else raise("TypeError", `'${kindOf(value)}' object does not support item assignment`);
}

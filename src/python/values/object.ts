/**
 * @module
 * What Python values are in this evaluator, and what an object of the host may do.
 *
 * A value is `null` (None), a boolean, a number (an int: always a safe integer), a string, or a {@link PyObject}: floats,
 * containers, functions, classes, instances, tensors, and whatever a host supplies. Attributes are answered by the methods
 * below and kept in Maps, never looked up on JavaScript objects, so `__proto__` or `constructor` are names like others.
 *
 * A host adds to the vocabulary in four ways:
 * - a function: `hostFunction("resize(image, size=256)", ([image, size], machine) => ...)` of `host-function.ts`;
 * - a class that Python may inherit from: `hostClass({ name, bases, methods: { "handle(self, data)": ... } })` of
 *   `host-class.ts`; its instances are {@link PyInstance}s with attributes like those of a class written in Python;
 * - a namespace to import: `namespace("ts.utils", { ... })` of `namespace.ts`, given to the machine's modules;
 * - a kind of object of its own: a subclass of {@link PyObject} that overrides what it can do.
 */

import type { BinaryOperator, CompareOperator } from "../syntax/ast.ts";
import type { Machine } from "../machine.ts";
import { unsupported } from "../python-error.ts";
import { raise } from "./raise.ts";

/** Any Python value. */
export type Value = null | boolean | number | string | PyObject;

/** The arguments of one call. */
export interface Arguments {
  readonly positional: readonly Value[];
  /** Null when there are none. */
  readonly keywords: ReadonlyMap<string, Value> | null;
}

/** The call without arguments. */
export const NO_ARGUMENTS: Arguments = { positional: [], keywords: null };

/** Everything that is not None, a boolean, an int or a string. The defaults refuse, as Python does, with a TypeError. */
export abstract class PyObject {
  /** The name of the type, for messages and `type(x).__name__`. */
  abstract readonly typeName: string;

  /** The value of an attribute; undefined when there is none of that name. */
  attribute(_machine: Machine, _name: string): Value | undefined {
    return undefined;
  }

  /** Sets an attribute, or removes it when `value` is undefined. */
  setAttribute(_machine: Machine, name: string, _value: Value | undefined): void {
    raise("AttributeError", `'${this.typeName}' object attribute '${name}' cannot be set`);
  }

  /** Calls it. */
  call(_machine: Machine, _args: Arguments): Value {
    return raise("TypeError", `'${this.typeName}' object is not callable`);
  }

  /** Whether {@link call} does something. */
  get callable(): boolean {
    return false;
  }

  /** The entries, for loops and unpacking. */
  iterate(_machine: Machine): Iterable<Value> {
    return raise("TypeError", `'${this.typeName}' object is not iterable`);
  }

  /** `self[key]`. */
  item(_machine: Machine, _key: Value): Value {
    return raise("TypeError", `'${this.typeName}' object is not subscriptable`);
  }

  /** `self[key] = value`, or `del self[key]` when `value` is undefined. */
  setItem(_machine: Machine, _key: Value, _value: Value | undefined): void {
    raise("TypeError", `'${this.typeName}' object does not support item assignment`);
  }

  /** `len(self)`. */
  length(_machine: Machine): number {
    return raise("TypeError", `object of type '${this.typeName}' has no len()`);
  }

  /** `value in self`; by default one after the other. Undefined asks the caller to compare with the entries. */
  contains(_machine: Machine, _value: Value): boolean | undefined {
    return undefined;
  }

  /** `bool(self)`. */
  truth(_machine: Machine): boolean {
    return true;
  }

  /** `self == other`. Undefined leaves it to the other operand, and to identity in the end. */
  equals(_machine: Machine, _other: Value): boolean | undefined {
    return undefined;
  }

  /** The key under which dicts and sets keep it: a primitive, or the object itself for identity. */
  hashKey(_machine: Machine): unknown {
    return this;
  }

  /** `self op other`, or `other op self` when `reflected`. Undefined when it knows nothing of the other. */
  binary(
    _machine: Machine,
    _operator: BinaryOperator,
    _other: Value,
    _reflected: boolean,
  ): Value | undefined {
    return undefined;
  }

  /** `self op= other`; undefined computes `self op other` and assigns that. */
  inPlace(_machine: Machine, _operator: BinaryOperator, _other: Value): Value | undefined {
    return undefined;
  }

  /** `-self`, `+self`, `~self`. */
  unary(_machine: Machine, operator: "-" | "+" | "~"): Value {
    return raise("TypeError", `bad operand type for unary ${operator}: '${this.typeName}'`);
  }

  /** `self op other` for an ordering or equality that is no plain boolean; undefined when it has none. */
  compare(_machine: Machine, _operator: CompareOperator, _other: Value): Value | undefined {
    return undefined;
  }

  /** `repr(self)`. */
  repr(_machine: Machine): string {
    return `<${this.typeName} object>`;
  }

  /** `str(self)`. */
  str(machine: Machine): string {
    return this.repr(machine);
  }

  /** `format(self, spec)`; undefined where only an empty specification is known. */
  format(_machine: Machine, _spec: string): string | undefined {
    return undefined;
  }

  /** `copy.deepcopy(self)`; for what never changes, itself. */
  deepCopy(_machine: Machine): Value {
    throw unsupported(`copy.deepcopy of a ${this.typeName}`);
  }

  /** Runs the body of `with self as target:`; `enter` assigns the target. */
  around(_machine: Machine, _enter: (value: Value) => void, _body: () => void): void {
    raise("TypeError", `'${this.typeName}' object does not support the context manager protocol`);
  }
}

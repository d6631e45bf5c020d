/**
 * @module
 * Dicts and sets, which keep the order in which entries came.
 */

import type { BinaryOperator } from "../syntax/ast.ts";
import type { Machine } from "../machine.ts";
import { boundFrom } from "./bound-method.ts";
import { PyObject } from "./object.ts";
import type { Value } from "./object.ts";
import { equals, hashKey, repr } from "./protocol.ts";
import { PythonRaised, raise } from "./raise.ts";

/** A dict; `OrderedDict` is one too. */
export class PyDict extends PyObject {
  override readonly typeName: string;
  readonly #entries = new Map<unknown, readonly [key: Value, value: Value]>();
  /** Makes the value of a missing key, as a `defaultdict` does; null for a plain dict. */
  readonly missing: (() => Value) | null;

  constructor(
    typeName: "dict" | "OrderedDict" | "defaultdict" = "dict",
    missing: (() => Value) | null = null,
  ) {
    super();
    this.typeName = typeName;
    this.missing = missing;
  }

  /** A dict of string keys. */
  static fromStrings(entries: Iterable<readonly [string, Value]>): PyDict {
    const dict = new PyDict();
    for (const [key, value] of entries) dict.#entries.set(key, [key, value]);
    return dict;
  }

  /** The value of a key; undefined when there is none. */
  get(machine: Machine, key: Value): Value | undefined {
    return this.#entries.get(hashKey(machine, key))?.[1];
  }

  /** Sets the value of a key; a new key comes last. */
  set(machine: Machine, key: Value, value: Value): void {
    const hash = hashKey(machine, key);
    this.#entries.set(hash, [this.#entries.get(hash)?.[0] ?? key, value]);
    machine.checkSize(this.#entries.size, this.typeName);
  }

  /** Removes a key. @returns its value; undefined when there was none */
  delete(machine: Machine, key: Value): Value | undefined {
    const hash = hashKey(machine, key);
    const value = this.#entries.get(hash)?.[1];
    this.#entries.delete(hash);
    return value;
  }

  clear(): void {
    this.#entries.clear();
  }

  /** Keys and values in order. */
  entries(): (readonly [Value, Value])[] {
    return [...this.#entries.values()];
  }

  override attribute(machine: Machine, name: string): Value | undefined {
    return boundFrom(machine.methods.dict, this, name);
  }

  override iterate(): Iterable<Value> {
    return this.entries().map(([key]) => key);
  }

  override length(): number {
    return this.#entries.size;
  }

  override truth(): boolean {
    return this.#entries.size > 0;
  }

  override contains(machine: Machine, value: Value): boolean {
    return this.#entries.has(hashKey(machine, value));
  }

  override item(machine: Machine, key: Value): Value {
    const value = this.get(machine, key);
    if (value !== undefined) return value;
    if (this.missing === null) throw new PythonRaised("KeyError", repr(machine, key));
    const made = this.missing();
    this.set(machine, key, made);
    return made;
  }

  override setItem(machine: Machine, key: Value, value: Value | undefined): void {
    if (value !== undefined) this.set(machine, key, value);
    else if (this.delete(machine, key) === undefined) raise("KeyError", repr(machine, key));
  }

  override equals(machine: Machine, other: Value): boolean | undefined {
    if (!(other instanceof PyDict)) return undefined;
    if (other.#entries.size !== this.#entries.size) return false;
    return machine.nested(() =>
      [...this.#entries].every(([hash, [, value]]) => {
        const match = other.#entries.get(hash);
        return match !== undefined && equals(machine, value, match[1]);
      }),
    );
  }

  override hashKey(): unknown {
    return raise("TypeError", `unhashable type: '${this.typeName}'`);
  }

  override binary(machine: Machine, operator: BinaryOperator, other: Value): Value | undefined {
    if (operator !== "|" || !(other instanceof PyDict)) return undefined;
    const result = new PyDict();
    for (const [key, value] of [...this.entries(), ...other.entries()]) result.set(machine, key, value);
    return result;
  }

  override repr(machine: Machine): string {
    const entries = this.entries().map(([key, value]) => `${repr(machine, key)}: ${repr(machine, value)}`);
    return `{${entries.join(", ")}}`;
  }
}

/** A set. */
export class PySet extends PyObject {
  override readonly typeName: string;
  readonly #entries = new Map<unknown, Value>();

  constructor(machine: Machine, entries: Iterable<Value> = [], typeName: "set" | "frozenset" = "set") {
    super();
    this.typeName = typeName;
    for (const entry of entries) this.add(machine, entry);
  }

  add(machine: Machine, value: Value): void {
    const key = hashKey(machine, value);
    if (!this.#entries.has(key)) this.#entries.set(key, value);
    machine.checkSize(this.#entries.size, "set");
  }

  /** Removes an entry. @returns whether it was there */
  delete(machine: Machine, value: Value): boolean {
    return this.#entries.delete(hashKey(machine, value));
  }

  override attribute(machine: Machine, name: string): Value | undefined {
    return boundFrom(machine.methods.set, this, name);
  }

  override iterate(): Iterable<Value> {
    return [...this.#entries.values()];
  }

  override length(): number {
    return this.#entries.size;
  }

  override truth(): boolean {
    return this.#entries.size > 0;
  }

  override contains(machine: Machine, value: Value): boolean {
    return this.#entries.has(hashKey(machine, value));
  }

  override equals(machine: Machine, other: Value): boolean | undefined {
    if (!(other instanceof PySet)) return undefined;
    return (
      other.#entries.size === this.#entries.size &&
      [...this.#entries.values()].every((entry) => other.contains(machine, entry))
    );
  }

  override hashKey(): unknown {
    return this.typeName === "set" ? raise("TypeError", "unhashable type: 'set'") : this;
  }

  override binary(machine: Machine, operator: BinaryOperator, other: Value): Value | undefined {
    if (!(other instanceof PySet)) return undefined;
    const mine = [...this.#entries.values()];
    const theirs = [...other.#entries.values()];
    const only = (values: readonly Value[], set: PySet): Value[] =>
      values.filter((value) => !set.contains(machine, value));
    if (operator === "|") return new PySet(machine, [...mine, ...theirs]);
    if (operator === "-") return new PySet(machine, only(mine, other));
    if (operator === "&")
      return new PySet(
        machine,
        mine.filter((value) => other.contains(machine, value)),
      );
    if (operator === "^") return new PySet(machine, [...only(mine, other), ...only(theirs, this)]);
    return undefined;
  }

  override repr(machine: Machine): string {
    if (this.#entries.size === 0) return "set()";
    return `{${[...this.#entries.values()].map((entry) => repr(machine, entry)).join(", ")}}`;
  }
}

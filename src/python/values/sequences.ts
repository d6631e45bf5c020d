/**
 * @module
 * Tuples, lists, ranges, iterators and bytes.
 */

import type { BinaryOperator, CompareOperator } from "../syntax/ast.ts";
import type { Machine } from "../machine.ts";
import { boundFrom } from "./bound-method.ts";
import { PyObject } from "./object.ts";
import type { Value } from "./object.ts";
import { callOrder } from "./order.ts";
import { equals, hashKey, iterate, repr } from "./protocol.ts";
import { raise } from "./raise.ts";
import { checkedIndex, PySlice } from "./slices.ts";
import { quote } from "./text.ts";

abstract class PySequence extends PyObject {
  abstract readonly items: readonly Value[];

  /** One of the same type. */
  protected abstract like(items: Value[]): PySequence;

  override iterate(): Iterable<Value> {
    return this.items;
  }

  override length(): number {
    return this.items.length;
  }

  override truth(): boolean {
    return this.items.length > 0;
  }

  override item(_machine: Machine, key: Value): Value {
    if (key instanceof PySlice) return this.like(key.positions(this.items.length).map((i) => this.items[i]));
    return this.items[checkedIndex(key, this.items.length, this.typeName)];
  }

  override equals(machine: Machine, other: Value): boolean | undefined {
    if (!(other instanceof PySequence) || other.typeName !== this.typeName) return undefined;
    const { items } = other;
    return machine.nested(
      () =>
        items.length === this.items.length && this.items.every((item, i) => equals(machine, item, items[i])),
    );
  }

  override compare(machine: Machine, operator: CompareOperator, other: Value): Value | undefined {
    if (!(other instanceof PySequence) || other.typeName !== this.typeName) return undefined;
    const { items } = other;
    return machine.nested(() => {
      const place = this.items.findIndex((item, i) => i >= items.length || !equals(machine, item, items[i]));
      if (place >= 0 && place < items.length) {
        return callOrder(machine, operator, this.items[place], items[place]);
      }
      return callOrder(machine, operator, this.items.length, items.length);
    });
  }

  override binary(
    machine: Machine,
    operator: BinaryOperator,
    other: Value,
    reflected: boolean,
  ): Value | undefined {
    if (operator === "*" && typeof other === "number") {
      const count = Math.max(0, other);
      machine.checkSize(this.items.length * count, this.typeName);
      return this.like(Array.from({ length: count }, () => this.items).flat());
    }
    if (operator !== "+" || reflected) return undefined;
    if (!(other instanceof PySequence) || other.typeName !== this.typeName) return undefined;
    machine.checkSize(this.items.length + other.items.length, this.typeName);
    return this.like([...this.items, ...other.items]);
  }
}

/** A tuple. `torch.Size` is one too. */
export class PyTuple extends PySequence {
  override readonly typeName: string = "tuple";
  readonly items: readonly Value[];

  constructor(items: readonly Value[]) {
    super();
    this.items = items;
  }

  protected override like(items: Value[]): PyTuple {
    return new PyTuple(items);
  }

  override attribute(machine: Machine, name: string): Value | undefined {
    return boundFrom(machine.methods.tuple, this, name);
  }

  override hashKey(machine: Machine): unknown {
    const keys = machine.nested(() => this.items.map((item) => keyText(machine, hashKey(machine, item))));
    return `\0tuple(${keys.join(",")})`;
  }

  override repr(machine: Machine): string {
    const items = this.items.map((item) => repr(machine, item));
    return items.length === 1 ? `(${items[0]},)` : `(${items.join(", ")})`;
  }
}

function keyText(machine: Machine, key: unknown): string {
  if (typeof key === "string") return JSON.stringify(key);
  return typeof key === "object" && key !== null ? `#${machine.identity(key)}` : String(key);
}

/** A list. */
export class PyList extends PySequence {
  override readonly typeName = "list";
  items: Value[];

  constructor(items: Value[] = []) {
    super();
    this.items = items;
  }

  protected override like(items: Value[]): PyList {
    return new PyList(items);
  }

  override attribute(machine: Machine, name: string): Value | undefined {
    return boundFrom(machine.methods.list, this, name);
  }

  override hashKey(): unknown {
    return raise("TypeError", "unhashable type: 'list'");
  }

  override setItem(machine: Machine, key: Value, value: Value | undefined): void {
    if (key instanceof PySlice) {
      this.#setSlice(machine, key, value);
      return;
    }
    const place = checkedIndex(key, this.items.length, "list");
    if (value === undefined) this.items.splice(place, 1);
    else this.items[place] = value;
  }

  #setSlice(machine: Machine, key: PySlice, value: Value | undefined): void {
    const positions = key.positions(this.items.length);
    if (value === undefined) {
      const gone = new Set(positions);
      this.items = this.items.filter((_, i) => !gone.has(i));
      return;
    }
    if (key.step !== null && key.step !== 1) {
      raise("ValueError", "assigning to a slice with a step is not supported");
    }
    const start =
      key.start === null
        ? 0
        : (positions[0] ??
          new PySlice(key.start, null, null).positions(this.items.length)[0] ??
          this.items.length);
    const items = [...iterate(machine, value)];
    machine.checkSize(this.items.length + items.length, "list");
    this.items.splice(start, positions.length, ...items);
  }

  override inPlace(machine: Machine, operator: BinaryOperator, other: Value): Value | undefined {
    if (operator !== "+") return undefined;
    const items = [...iterate(machine, other)];
    machine.checkSize(this.items.length + items.length, "list");
    for (const item of items) this.items.push(item);
    return this;
  }

  override repr(machine: Machine): string {
    return `[${this.items.map((item) => repr(machine, item)).join(", ")}]`;
  }
}

/** `range(start, stop, step)`: nothing is stored. */
export class PyRange extends PyObject {
  override readonly typeName = "range";
  readonly start: number;
  readonly stop: number;
  readonly step: number;

  constructor(start: number, stop: number, step: number) {
    super();
    if (step === 0) raise("ValueError", "range() arg 3 must not be zero");
    this.start = start;
    this.stop = stop;
    this.step = step;
  }

  override *iterate(): Generator<Value, void, undefined> {
    const { start, step } = this;
    const count = this.length();
    for (let i = 0; i < count; i++) yield start + i * step;
  }

  override length(): number {
    return Math.max(0, Math.ceil((this.stop - this.start) / this.step));
  }

  override truth(): boolean {
    return this.length() > 0;
  }

  override item(machine: Machine, key: Value): Value {
    if (!(key instanceof PySlice)) {
      return this.start + checkedIndex(key, this.length(), "range object") * this.step;
    }
    machine.checkSize(this.length(), "range");
    return new PyList(key.positions(this.length()).map((i) => this.start + i * this.step));
  }

  override contains(_machine: Machine, value: Value): boolean | undefined {
    if (typeof value !== "number") return undefined;
    const place = (value - this.start) / this.step;
    return Number.isInteger(place) && place >= 0 && place < this.length();
  }

  override repr(): string {
    const { start, stop, step } = this;
    return step === 1 ? `range(${start}, ${stop})` : `range(${start}, ${stop}, ${step})`;
  }
}

/** What `iter`, `zip`, `map`, `reversed` and a generator expression give: its entries pass once. */
export class PyIterator extends PyObject {
  override readonly typeName: string;
  readonly #entries: Iterator<Value>;

  constructor(entries: Iterable<Value>, typeName = "iterator") {
    super();
    this.#entries = entries[Symbol.iterator]();
    this.typeName = typeName;
  }

  override *iterate(): Generator<Value, void, undefined> {
    for (let entry = this.next(); entry !== undefined; entry = this.next()) yield entry;
  }

  /** The next entry; undefined at the end. */
  next(): Value | undefined {
    const result = this.#entries.next();
    return result.done === true ? undefined : result.value;
  }
}

/** Bytes. */
export class PyBytes extends PyObject {
  override readonly typeName: string;
  readonly data: Uint8Array;

  constructor(data: Uint8Array, typeName: "bytes" | "bytearray" = "bytes") {
    super();
    this.data = data;
    this.typeName = typeName;
  }

  override attribute(machine: Machine, name: string): Value | undefined {
    return boundFrom(machine.methods.bytes, this, name);
  }

  override *iterate(): Generator<Value, void, undefined> {
    yield* this.data;
  }

  override length(): number {
    return this.data.length;
  }

  override truth(): boolean {
    return this.data.length > 0;
  }

  override item(_machine: Machine, key: Value): Value {
    if (key instanceof PySlice) {
      return new PyBytes(Uint8Array.from(key.positions(this.data.length), (i) => this.data[i]));
    }
    return this.data[checkedIndex(key, this.data.length, "bytes")];
  }

  override equals(_machine: Machine, other: Value): boolean | undefined {
    if (!(other instanceof PyBytes)) return undefined;
    return other.data.length === this.data.length && this.data.every((byte, i) => byte === other.data[i]);
  }

  override hashKey(): unknown {
    return `\0bytes(${this.data.join(",")})`;
  }

  override repr(): string {
    return `b${quote(String.fromCharCode(...this.data.subarray(0, 1000)))}`;
  }
}

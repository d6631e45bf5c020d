/**
 * @module
 * Instances of classes, and what they do by the methods with two underscores.
 */

import type { BinaryOperator, CompareOperator } from "../syntax/ast.ts";
import type { Machine } from "../machine.ts";
import { BoundMethod } from "./bound-method.ts";
import type { PyClass } from "./class.ts";
import { boundTo, Descriptor, PyCallable } from "./descriptor.ts";
import { PyObject } from "./object.ts";
import type { Arguments, Value } from "./object.ts";
import { call, callWith, hashKey, iterate, str, truth } from "./protocol.ts";
import { toInt } from "./numbers.ts";
import { raise } from "./raise.ts";

/** What an attribute found in a class is for one of its instances. */
export function bindTo(machine: Machine, instance: PyInstance, found: Value): Value {
  if (found instanceof PyCallable) return new BoundMethod(instance, found);
  if (!(found instanceof Descriptor)) return found;
  if (found.typeName === "staticmethod") return found.callee;
  if (found.typeName === "classmethod") return boundTo(instance.cls, found.callee);
  return callWith(machine, found.callee, instance);
}

const OPERATOR_NAMES: Readonly<Record<BinaryOperator, string>> = {
  "+": "add",
  "-": "sub",
  "*": "mul",
  "/": "truediv",
  "//": "floordiv",
  "%": "mod",
  "**": "pow",
  "@": "matmul",
  "<<": "lshift",
  ">>": "rshift",
  "&": "and",
  "|": "or",
  "^": "xor",
};

const COMPARE_NAMES = new Map<CompareOperator, string>([
  ["<", "__lt__"],
  ["<=", "__le__"],
  [">", "__gt__"],
  [">=", "__ge__"],
]);

/** An instance of a class of either language. Its attributes are a Map. */
export class PyInstance extends PyObject {
  readonly cls: PyClass;
  readonly attributes = new Map<string, Value>();

  constructor(cls: PyClass) {
    super();
    this.cls = cls;
  }

  override get typeName(): string {
    return this.cls.name;
  }

  /** The method of that name, bound; undefined when the class has none. */
  method(name: string): BoundMethod | undefined {
    const found = this.cls.lookup(name);
    return found instanceof PyCallable ? new BoundMethod(this, found) : undefined;
  }

  /** Calls a method if the class has it; undefined otherwise. */
  protected tryMethod(machine: Machine, name: string, ...args: readonly Value[]): Value | undefined {
    const method = this.method(name);
    return method === undefined ? undefined : callWith(machine, method, ...args);
  }

  override attribute(machine: Machine, name: string): Value | undefined {
    const found = this.cls.lookup(name);
    if (found instanceof Descriptor && found.typeName === "property") return bindTo(machine, this, found);
    const own = this.attributes.get(name);
    if (own !== undefined) return own;
    if (found !== undefined) return bindTo(machine, this, found);
    if (name === "__class__") return this.cls;
    return name.startsWith("__") ? undefined : this.tryMethod(machine, "__getattr__", name);
  }

  override setAttribute(machine: Machine, name: string, value: Value | undefined): void {
    const found = this.cls.lookup(name);
    if (found instanceof Descriptor && found.typeName === "property") {
      if (found.setter === null || value === undefined)
        raise("AttributeError", `property '${name}' has no setter`);
      callWith(machine, found.setter, this, value);
      return;
    }
    this.store(machine, name, value);
  }

  /** Keeps an attribute that no property takes. */
  protected store(_machine: Machine, name: string, value: Value | undefined): void {
    if (value !== undefined) this.attributes.set(name, value);
    else if (!this.attributes.delete(name)) {
      raise("AttributeError", `'${this.typeName}' object has no attribute '${name}'`);
    }
  }

  override get callable(): boolean {
    return this.cls.lookup("__call__") !== undefined;
  }

  override call(machine: Machine, args: Arguments): Value {
    const method = this.method("__call__");
    return method === undefined ? super.call(machine, args) : call(machine, method, args);
  }

  override iterate(machine: Machine): Iterable<Value> {
    const entries = this.tryMethod(machine, "__iter__");
    return entries === undefined ? super.iterate(machine) : iterate(machine, entries);
  }

  override item(machine: Machine, key: Value): Value {
    const entry = this.tryMethod(machine, "__getitem__", key);
    return entry === undefined ? super.item(machine, key) : entry;
  }

  override setItem(machine: Machine, key: Value, value: Value | undefined): void {
    const name = value === undefined ? "__delitem__" : "__setitem__";
    const args = value === undefined ? [key] : [key, value];
    if (this.tryMethod(machine, name, ...args) === undefined) super.setItem(machine, key, value);
  }

  override length(machine: Machine): number {
    const answer = this.tryMethod(machine, "__len__");
    return answer === undefined ? super.length(machine) : toInt(answer, "__len__");
  }

  override contains(machine: Machine, value: Value): boolean | undefined {
    const answer = this.tryMethod(machine, "__contains__", value);
    return answer === undefined ? undefined : truth(machine, answer);
  }

  override truth(machine: Machine): boolean {
    const answer = this.tryMethod(machine, "__bool__");
    if (answer !== undefined) return truth(machine, answer);
    return this.method("__len__") === undefined || this.length(machine) > 0;
  }

  override equals(machine: Machine, other: Value): boolean | undefined {
    const answer = this.tryMethod(machine, "__eq__", other);
    return answer === undefined ? undefined : truth(machine, answer);
  }

  override hashKey(machine: Machine): unknown {
    const answer = this.tryMethod(machine, "__hash__");
    return answer === undefined ? this : hashKey(machine, answer);
  }

  override binary(
    machine: Machine,
    operator: BinaryOperator,
    other: Value,
    reflected: boolean,
  ): Value | undefined {
    return this.tryMethod(machine, `__${reflected ? "r" : ""}${OPERATOR_NAMES[operator]}__`, other);
  }

  override inPlace(machine: Machine, operator: BinaryOperator, other: Value): Value | undefined {
    return this.tryMethod(machine, `__i${OPERATOR_NAMES[operator]}__`, other);
  }

  override unary(machine: Machine, operator: "-" | "+" | "~"): Value {
    const names = { "-": "__neg__", "+": "__pos__", "~": "__invert__" };
    const result = this.tryMethod(machine, names[operator]);
    return result === undefined ? super.unary(machine, operator) : result;
  }

  override compare(machine: Machine, operator: CompareOperator, other: Value): Value | undefined {
    const name = COMPARE_NAMES.get(operator);
    return name === undefined ? undefined : this.tryMethod(machine, name, other);
  }

  override repr(machine: Machine): string {
    const answer = this.tryMethod(machine, "__repr__");
    return typeof answer === "string" ? answer : `<${this.typeName} object>`;
  }

  override str(machine: Machine): string {
    const answer = this.tryMethod(machine, "__str__");
    return answer === undefined ? this.repr(machine) : str(machine, answer);
  }

  override around(machine: Machine, enter: (value: Value) => void, body: () => void): void {
    const exit = this.method("__exit__");
    const value = this.tryMethod(machine, "__enter__");
    if (exit === undefined || value === undefined) {
      super.around(machine, enter, body);
      return;
    }
    enter(value);
    try {
      body();
    } finally {
      callWith(machine, exit, null, null, null);
    }
  }
}

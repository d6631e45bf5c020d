/**
 * @module
 * Classes, instances and what stands between them: properties, static and class methods.
 */

import type { BinaryOperator, CompareOperator } from "../syntax/ast.ts";
import type { Machine } from "../machine.ts";
import { BoundMethod } from "./bound-method.ts";
import { PyObject } from "./object.ts";
import type { Arguments, Value } from "./object.ts";
import { call, callWith, hashKey, iterate, str, truth } from "./protocol.ts";
import { toInt } from "./numbers.ts";
import { raise } from "./raise.ts";

/** Something in a class that becomes a method: functions of either language. */
export abstract class PyCallable extends PyObject {
  /** The class in whose body it was defined, for `super()`. */
  owner: PyClass | null = null;

  override get callable(): boolean {
    return true;
  }
}

/** `@staticmethod`, `@classmethod` and `@property` around a function. */
export class Descriptor extends PyObject {
  override readonly typeName: "staticmethod" | "classmethod" | "property";
  readonly callee: Value;
  readonly setter: Value;

  constructor(typeName: Descriptor["typeName"], callee: Value, setter: Value = null) {
    super();
    this.typeName = typeName;
    this.callee = callee;
    this.setter = setter;
  }

  override attribute(_machine: Machine, name: string): Value | undefined {
    if (this.typeName !== "property" || name !== "setter") return undefined;
    return new PropertySetter(this.callee);
  }
}

/** `@name.setter`. */
class PropertySetter extends PyObject {
  override readonly typeName = "builtin_function_or_method";
  readonly #getter: Value;

  constructor(getter: Value) {
    super();
    this.#getter = getter;
  }

  override call(_machine: Machine, { positional }: Arguments): Value {
    return new Descriptor("property", this.#getter, positional[0] ?? null);
  }
}

/** How a class is made. */
export interface ClassSpec {
  readonly name: string;
  readonly bases: readonly PyClass[];
  readonly attributes: Map<string, Value>;
  /** The file whose class statement it is; null for the host's classes. */
  readonly file?: string | null;
  /** Makes an empty instance of this class or one below; inherited. */
  readonly make?: (cls: PyClass, machine: Machine) => PyInstance;
}

/** A class, of either language. */
export class PyClass extends PyObject {
  override readonly typeName = "type";
  readonly name: string;
  readonly bases: readonly PyClass[];
  readonly attributes: Map<string, Value>;
  readonly file: string | null;
  /** The class and its bases in the order in which attributes are looked up. */
  readonly order: readonly PyClass[];
  readonly #make: ((cls: PyClass, machine: Machine) => PyInstance) | null;

  constructor(spec: ClassSpec) {
    super();
    this.name = spec.name;
    this.bases = spec.bases;
    this.attributes = spec.attributes;
    this.file = spec.file ?? null;
    this.order = [this, ...mergeOrders(spec.name, spec.bases)];
    this.#make = spec.make ?? null;
    for (const value of this.attributes.values()) this.#own(value);
  }

  #own(value: Value): void {
    if (value instanceof Descriptor) {
      this.#own(value.callee);
      this.#own(value.setter);
    } else if (value instanceof PyCallable) value.owner ??= this;
  }

  override get callable(): boolean {
    return true;
  }

  /** Whether it is `other` or below it. */
  isSubclassOf(other: PyClass): boolean {
    return this.order.includes(other);
  }

  /** What the class or a base of it calls `name`, as it stands there; undefined when there is nothing. */
  lookup(name: string, after: PyClass | null = null): Value | undefined {
    const start = after === null ? 0 : this.order.indexOf(after) + 1;
    for (let i = start; i < this.order.length; i++) {
      const found = this.order[i].attributes.get(name);
      if (found !== undefined) return found;
    }
    return undefined;
  }

  /** An instance without `__init__` having run. */
  make(machine: Machine): PyInstance {
    for (const cls of this.order) if (cls.#make !== null) return cls.#make(this, machine);
    return new PyInstance(this);
  }

  override call(machine: Machine, args: Arguments): Value {
    return machine.nested(() => {
      const instance = this.make(machine);
      const init = this.lookup("__init__");
      if (init instanceof PyObject) {
        init.call(machine, { positional: [instance, ...args.positional], keywords: args.keywords });
      } else if (args.positional.length > 0 || (args.keywords?.size ?? 0) > 0) {
        raise("TypeError", `${this.name}() takes no arguments`);
      }
      return instance;
    });
  }

  override attribute(_machine: Machine, name: string): Value | undefined {
    const found = this.lookup(name);
    if (found instanceof Descriptor) {
      if (found.typeName === "staticmethod") return found.callee;
      return found.typeName === "classmethod" ? boundTo(this, found.callee) : found;
    }
    if (found !== undefined) return found;
    return name === "__name__" || name === "__qualname__" ? this.name : undefined;
  }

  override setAttribute(_machine: Machine, name: string, value: Value | undefined): void {
    if (this.file === null)
      raise("TypeError", `cannot set attribute '${name}' of the built-in class '${this.name}'`);
    if (value === undefined) this.attributes.delete(name);
    else this.attributes.set(name, value);
  }

  override repr(): string {
    return `<class '${this.name}'>`;
  }
}

/** The linearisation of the bases, C3 as Python's. @throws TypeError when there is none */
function mergeOrders(name: string, bases: readonly PyClass[]): PyClass[] {
  const queues = [...bases.map(({ order }) => [...order]), [...bases]];
  const result: PyClass[] = [];
  for (;;) {
    const open = queues.filter((queue) => queue.length > 0);
    if (open.length === 0) return result;
    const next = open
      .map((queue) => queue[0])
      .find((candidate) => open.every((queue) => !queue.slice(1).includes(candidate)));
    if (next === undefined)
      return raise("TypeError", `the bases of ${name} cannot be brought into one order`);
    result.push(next);
    for (const queue of open) if (queue[0] === next) queue.shift();
  }
}

/** A method that has its first argument; what is no object stays as it is. */
export function boundTo(self: Value, callee: Value): Value {
  return callee instanceof PyObject ? new BoundMethod(self, callee) : callee;
}

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

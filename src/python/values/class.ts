/**
 * @module
 * Classes: their bases, the order in which attributes are looked up, and how an instance comes to be.
 */

import type { Machine } from "../machine.ts";
import { boundTo, Descriptor, PyCallable } from "./descriptor.ts";
import { PyInstance } from "./instance.ts";
import { PyObject } from "./object.ts";
import type { Arguments, Value } from "./object.ts";
import { raise } from "./raise.ts";

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

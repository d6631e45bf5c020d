/**
 * @module
 * `super()`.
 */

import type { Machine } from "../machine.ts";
import { PyClass } from "./class.ts";
import { boundTo, Descriptor } from "./descriptor.ts";
import { bindTo, PyInstance } from "./instance.ts";
import { PyObject } from "./object.ts";
import type { Value } from "./object.ts";
import { raise } from "./raise.ts";

/** `super()`: the attributes that stand behind one class in the order of another. */
export class PySuper extends PyObject {
  override readonly typeName = "super";
  readonly #after: PyClass;
  readonly #self: PyInstance | PyClass;

  constructor(after: PyClass, self: Value) {
    super();
    if (!(self instanceof PyInstance || self instanceof PyClass)) {
      raise("TypeError", "super(type, obj): obj must be an instance or subtype of type");
    }
    const cls = self instanceof PyInstance ? self.cls : self;
    if (!cls.isSubclassOf(after)) {
      raise("TypeError", "super(type, obj): obj must be an instance or subtype of type");
    }
    this.#after = after;
    this.#self = self;
  }

  override attribute(machine: Machine, name: string): Value | undefined {
    const self = this.#self;
    const cls = self instanceof PyInstance ? self.cls : self;
    const found = cls.lookup(name, this.#after);
    if (found === undefined) return name === "__init__" ? new NoInit() : undefined;
    if (self instanceof PyInstance) return bindTo(machine, self, found);
    if (found instanceof Descriptor) {
      return found.typeName === "classmethod" ? boundTo(self, found.callee) : found.callee;
    }
    return found;
  }

  override setAttribute(machine: Machine, name: string, value: Value | undefined): void {
    this.#self.setAttribute(machine, name, value);
  }
}

/** The `__init__` of `object`. */
class NoInit extends PyObject {
  override readonly typeName = "builtin_function_or_method";

  override get callable(): boolean {
    return true;
  }

  override call(): Value {
    return null;
  }
}

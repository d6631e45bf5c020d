/**
 * @module
 * What a class body holds that is something else when an instance or the class is asked for it: functions become methods,
 * and properties, static and class methods what they wrap.
 */

import type { Machine } from "../machine.ts";
import { BoundMethod } from "./bound-method.ts";
import type { PyClass } from "./class.ts";
import { PyObject } from "./object.ts";
import type { Arguments, Value } from "./object.ts";

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

/** A method that has its first argument; what is no object stays as it is. */
export function boundTo(self: Value, callee: Value): Value {
  return callee instanceof PyObject ? new BoundMethod(self, callee) : callee;
}

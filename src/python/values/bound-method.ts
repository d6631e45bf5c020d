/**
 * @module
 * Methods bound to their objects.
 */

import type { Machine } from "../machine.ts";
import { PyObject } from "./object.ts";
import type { Arguments, Value } from "./object.ts";

/** A function together with the object that is its first argument. */
export class BoundMethod extends PyObject {
  override readonly typeName = "method";
  readonly self: Value;
  readonly callee: PyObject;

  constructor(self: Value, callee: PyObject) {
    super();
    this.self = self;
    this.callee = callee;
  }

  override get callable(): boolean {
    return true;
  }

  override call(machine: Machine, { positional, keywords }: Arguments): Value {
    return this.callee.call(machine, { positional: [this.self, ...positional], keywords });
  }

  override attribute(machine: Machine, name: string): Value | undefined {
    return name === "__self__" ? this.self : this.callee.attribute(machine, name);
  }

  override equals(_machine: Machine, other: Value): boolean | undefined {
    return other instanceof BoundMethod
      ? other.self === this.self && other.callee === this.callee
      : undefined;
  }
}

/** The methods of a built-in type by their names; each takes the object first. */
export type MethodTable = ReadonlyMap<string, PyObject>;

/** The method of a table bound to an object; undefined when there is none. */
export function boundFrom(table: MethodTable, self: Value, name: string): Value | undefined {
  const method = table.get(name);
  return method === undefined ? undefined : new BoundMethod(self, method);
}

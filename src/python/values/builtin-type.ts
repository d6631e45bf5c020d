/**
 * @module
 * Types that are no classes: int, str, torch.Tensor. They convert, and `isinstance` knows them.
 */

import type { Machine } from "../machine.ts";
import { PyObject } from "./object.ts";
import type { Arguments, Value } from "./object.ts";

/** What a type is. */
export interface BuiltinTypeSpec {
  readonly name: string;
  /** Whether a value is of this type. */
  readonly test: (value: Value) => boolean;
  /** What calling it makes. */
  readonly make: (machine: Machine, args: Arguments) => Value;
  /** Attributes of the type itself: `dict.fromkeys`. */
  readonly attributes?: ReadonlyMap<string, Value>;
}

/** A type that Python code may call and test for, and not inherit from. */
export class BuiltinType extends PyObject {
  override readonly typeName = "type";
  readonly name: string;
  readonly test: (value: Value) => boolean;
  readonly #make: BuiltinTypeSpec["make"];
  readonly #attributes: ReadonlyMap<string, Value>;

  constructor(spec: BuiltinTypeSpec) {
    super();
    this.name = spec.name;
    this.test = spec.test;
    this.#make = spec.make;
    this.#attributes = spec.attributes ?? new Map();
  }

  override get callable(): boolean {
    return true;
  }

  override call(machine: Machine, args: Arguments): Value {
    return this.#make(machine, args);
  }

  override attribute(_machine: Machine, name: string): Value | undefined {
    return name === "__name__" ? this.name : this.#attributes.get(name);
  }

  /** `list[int]` in an annotation that runs. */
  override item(): Value {
    return this;
  }

  override binary(): Value | undefined {
    // `int | None`, a type again.
    return this;
  }

  override repr(): string {
    return `<class '${this.name}'>`;
  }
}

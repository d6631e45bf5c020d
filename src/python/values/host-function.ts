/**
 * @module
 * Functions that the host supplies.
 */

import type { Machine } from "../machine.ts";
import type { MethodTable } from "./bound-method.ts";
import { PyCallable } from "./descriptor.ts";
import type { Arguments, Value } from "./object.ts";
import { bind, parseSignature } from "./signature.ts";
import type { Signature } from "./signature.ts";

/** What a host function does: one value for each parameter, in the signature's order. */
export type HostBody = (values: readonly Value[], machine: Machine) => Value;

/** A function written in TypeScript. In a class it becomes a method, whose first parameter is the instance. */
export class HostFunction extends PyCallable {
  override readonly typeName = "builtin_function_or_method";
  readonly signature: Signature;
  readonly #body: HostBody;

  constructor(signature: Signature, body: HostBody) {
    super();
    this.signature = signature;
    this.#body = body;
  }

  override call(machine: Machine, args: Arguments): Value {
    return this.#body(bind(this.signature, args), machine);
  }

  override attribute(_machine: Machine, name: string): Value | undefined {
    return name === "__name__" ? this.signature.name : undefined;
  }

  override repr(): string {
    return `<built-in function ${this.signature.name}>`;
  }
}

/**
 * A host function from a signature as Python writes it.
 *
 * @example
 * hostFunction("clip(x, low=0, high=255)", ([x, low, high]) => ...)
 */
export function hostFunction(signature: string, body: HostBody): HostFunction {
  return new HostFunction(parseSignature(signature), body);
}

/** A table of methods from their signatures. */
export function methodTable(methods: Readonly<Record<string, HostBody>>): MethodTable {
  return new Map(
    Object.entries(methods).map(([signature, body]) => {
      const method = hostFunction(signature, body);
      return [method.signature.name, method];
    }),
  );
}

/**
 * @module
 * Classes that the host supplies. Python may inherit from them, override their methods and call `super()`.
 */

import type { Machine } from "../machine.ts";
import { PyClass } from "./class.ts";
import { Descriptor } from "./descriptor.ts";
import type { PyInstance } from "./instance.ts";
import { hostFunction } from "./host-function.ts";
import type { HostBody } from "./host-function.ts";
import type { Value } from "./object.ts";

/** A class of the host. */
export interface HostClassSpec {
  readonly name: string;
  readonly bases?: readonly PyClass[];
  /** Methods by their signatures, the instance first: `"handle(self, data, context)"`. */
  readonly methods?: Readonly<Record<string, HostBody>>;
  /** Properties by their names; the body receives the instance alone. */
  readonly properties?: Readonly<Record<string, HostBody>>;
  /** Other class attributes. */
  readonly attributes?: Readonly<Record<string, Value>>;
  /** Makes an empty instance, where it is to be more than a {@link PyInstance}. */
  readonly make?: (cls: PyClass, machine: Machine) => PyInstance;
}

/**
 * A class in TypeScript.
 *
 * @example
 * hostClass({ name: "BaseHandler", methods: { "preprocess(self, data)": ([self, data]) => data } });
 */
export function hostClass(spec: HostClassSpec): PyClass {
  const attributes = new Map<string, Value>(Object.entries(spec.attributes ?? {}));
  for (const [signature, body] of Object.entries(spec.methods ?? {})) {
    const method = hostFunction(signature, body);
    attributes.set(method.signature.name, method);
  }
  for (const [name, body] of Object.entries(spec.properties ?? {})) {
    attributes.set(name, new Descriptor("property", hostFunction(`${name}(self)`, body)));
  }
  return new PyClass({
    name: spec.name,
    bases: spec.bases ?? [],
    attributes,
    ...(spec.make === undefined ? {} : { make: spec.make }),
  });
}

/**
 * @module
 * What the nets of torchvision are built with: layers by their names, as Python would call them.
 */

import type { Machine } from "../machine.ts";
import type { PyClass } from "../values/class.ts";
import { hostClass } from "../values/host-class.ts";
import { PyFloat } from "../values/numbers.ts";
import type { Value } from "../values/object.ts";
import { call, callWith, getAttribute } from "../values/protocol.ts";
import { raise } from "../values/raise.ts";
import { parseSignature } from "../values/signature.ts";
import { moduleClass, moduleOf } from "../torch/module-class.ts";
import { ModuleInstance } from "../torch/module-instance.ts";
import { tensorOf } from "../torch/arguments.ts";
import type { PyTensor } from "../torch/tensor-value.ts";
import { nnClass } from "../torch/namespaces.ts";

/** Keyword arguments; numbers with a fraction become floats. */
export type Keywords = Readonly<Record<string, Value>>;

/** Builds one net, or applies it. */
export class Net {
  readonly self: ModuleInstance;
  readonly machine: Machine;

  constructor(self: Value, machine: Machine) {
    this.self = moduleOf(self);
    this.machine = machine;
  }

  /** A layer of torch.nn. */
  layer(name: string, args: readonly Value[] = [], keywords: Keywords = {}): ModuleInstance {
    return this.make(nnClass(name), args, keywords);
  }

  /** A module of any class, or of a function that makes one. */
  make(cls: Value, args: readonly Value[] = [], keywords: Keywords = {}): ModuleInstance {
    const made = call(this.machine, cls, { positional: args, keywords: new Map(Object.entries(keywords)) });
    return made instanceof ModuleInstance ? made : raise("TypeError", "expected a class of modules");
  }

  sequential(...modules: readonly Value[]): ModuleInstance {
    return this.layer("Sequential", modules);
  }

  set(name: string, value: Value): void {
    this.self.setAttribute(this.machine, name, value);
  }

  get(name: string): Value {
    return getAttribute(this.machine, this.self, name);
  }

  /** Applies modules that are attributes, one after the other. */
  apply(x: Value, ...names: readonly string[]): PyTensor {
    const result = names.reduce<Value>((value, name) => callWith(this.machine, this.get(name), value), x);
    return tensorOf(result, this.self.cls.name);
  }

  /** Calls a method, which a class below may have overridden. */
  method(name: string, ...args: readonly Value[]): Value {
    return callWith(this.machine, this.get(name), ...args);
  }
}

/** A net: a signature, how it is built from the arguments, and its forward. */
export interface NetSpec {
  readonly signature: string;
  readonly base?: string;
  readonly attributes?: Keywords;
  readonly build: (net: Net, values: readonly Value[]) => void;
  readonly forward?: (net: Net, x: PyTensor) => Value;
  /** Other methods, without `self` in their signatures. */
  readonly methods?: Readonly<Record<string, (net: Net, values: readonly Value[]) => Value>>;
}

/** The class of a net. Python may inherit from it and override what it likes. */
export function netClass({ signature, base, attributes, build, forward, methods }: NetSpec): PyClass {
  const { name } = parseSignature(signature);
  const withSelf = (text: string): string => text.replace("(", "(self, ").replace(", )", ")");
  return hostClass({
    name,
    bases: [base === undefined ? moduleClass : nnClass(base)],
    ...(attributes === undefined ? {} : { attributes }),
    methods: {
      [withSelf(signature).replace(name, "__init__")]: ([self, ...values], machine) => {
        build(new Net(self, machine), values);
        return null;
      },
      ...(forward === undefined
        ? {}
        : { "forward(self, x)": ([self, x], machine) => forward(new Net(self, machine), tensorOf(x, name)) }),
      ...Object.fromEntries(
        Object.entries(methods ?? {}).map(([text, body]) => [
          withSelf(text),
          ([self, ...values]: readonly Value[], machine: Machine): Value =>
            body(new Net(self, machine), values),
        ]),
      ),
    },
  });
}

/** A number as a Python float. */
export function float(value: number): PyFloat {
  return new PyFloat(value);
}

/**
 * @module
 * How a layer of torch.nn is written: a signature, what it builds, and its forward. Arguments become attributes of the
 * same names, and forward reads those, so that a program that changes `conv.stride` or `dropout.p` afterwards changes
 * what is computed, as in PyTorch.
 */

import type { Pair } from "../../ops/index.ts";
import { defaultInit } from "../../nn/init.ts";
import { Parameter } from "../../nn/parameter.ts";
import { full } from "../../tensor/creation.ts";
import { elementCount } from "../../tensor/shape.ts";
import type { Shape } from "../../tensor/shape.ts";
import type { Tensor } from "../../tensor/tensor.ts";
import type { Machine } from "../machine.ts";
import type { PyClass } from "../values/class.ts";
import { hostClass } from "../values/host-class.ts";
import { parseSignature } from "../values/signature.ts";
import type { Value } from "../values/object.ts";
import { raise } from "../values/raise.ts";
import { PyTuple } from "../values/sequences.ts";
import { flag, floatNumber, intOf, pairOfInts, tensorOf } from "./arguments.ts";
import { pyTensor } from "./behaviour.ts";
import { moduleClass, moduleOf } from "./module-class.ts";
import type { ModuleInstance } from "./module-instance.ts";
import type { PyTensor } from "./tensor-value.ts";

/** One instance of a layer: its attributes by type. */
export class Layer {
  readonly instance: ModuleInstance;
  readonly machine: Machine;

  constructor(instance: ModuleInstance, machine: Machine) {
    this.instance = instance;
    this.machine = machine;
  }

  /** An attribute as it is; None when there is none. */
  get(name: string): Value {
    return this.instance.attribute(this.machine, name) ?? null;
  }

  set(name: string, value: Value): void {
    this.instance.attributes.set(name, value);
  }

  int(name: string): number {
    return intOf(this.get(name), `${this.instance.cls.name}.${name}`);
  }

  number(name: string): number {
    return floatNumber(this.get(name), `${this.instance.cls.name}.${name}`);
  }

  flag(name: string): boolean {
    return flag(this.get(name));
  }

  pair(name: string): Pair {
    return pairOfInts(this.get(name), `${this.instance.cls.name}.${name}`);
  }

  /** Makes an attribute of one int a tuple of two, as PyTorch keeps it. */
  widen(...names: readonly string[]): void {
    for (const name of names) {
      const value = this.get(name);
      if (typeof value === "number") this.set(name, new PyTuple([value, value]));
    }
  }

  /** A parameter or buffer. @throws TypeError when it is None */
  tensor(name: string): Tensor {
    return this.optional(name) ?? raise("TypeError", `${this.instance.cls.name}.${name} is None`);
  }

  /** A parameter or buffer, or null. */
  optional(name: string): Tensor | null {
    const value = this.get(name);
    return value === null ? null : tensorOf(value, `${this.instance.cls.name}.${name}`).float;
  }

  /** Adds a parameter filled with one value, or None without a shape. */
  parameter(name: string, shape: Shape | null, value = 0): Parameter | null {
    this.instance.attributes.delete(name);
    if (shape === null) {
      this.instance.parameters.set(name, null);
      return null;
    }
    const parameter = new Parameter(full(this.checked(shape), value));
    this.instance.parameters.set(name, pyTensor(parameter));
    return parameter;
  }

  /** Adds weight and bias with PyTorch's initial values. */
  weights(weight: Shape, bias: Shape | null): void {
    const made = this.parameter("weight", weight);
    const offset = this.parameter("bias", bias);
    if (made !== null && this.machine.initialize) defaultInit(made, offset);
  }

  /** Adds a buffer. */
  buffer(name: string, tensor: PyTensor): void {
    this.instance.registerBuffer(name, tensor, true);
  }

  /** A shape whose elements are counted against the machine's limit. */
  checked(shape: Shape): Shape {
    if (shape.some((size) => size < 0)) raise("RuntimeError", `a negative size in [${shape.join(", ")}]`);
    this.machine.allocate(elementCount(shape));
    return shape;
  }
}

/** How a layer is made and applied. */
export interface LayerSpec {
  /** `"Linear(in_features, out_features, bias=True)"`. */
  readonly signature: string;
  /** Builds parameters and modules, the arguments being attributes already. */
  readonly build?: (layer: Layer) => void;
  readonly forward: (layer: Layer, x: PyTensor) => Value;
  /** What `print` shows between the parentheses. */
  readonly describe?: (layer: Layer) => string;
  /** A layer that has all the rest. */
  readonly base?: PyClass;
}

/** A class of torch.nn that is applied to one tensor. */
export function layerClass({ signature, build, forward, describe, base }: LayerSpec): PyClass {
  const { name, parameters } = parseSignature(signature);
  const inner = signature.slice(name.length + 1, -1);
  return hostClass({
    name,
    bases: [base ?? moduleClass],
    methods: {
      [`__init__(self${inner === "" ? "" : `, ${inner}`})`]: ([self, ...values], machine) => {
        const layer = new Layer(moduleOf(self), machine);
        parameters.forEach((parameter, i) => {
          if (parameter.name !== "device" && parameter.name !== "dtype") layer.set(parameter.name, values[i]);
        });
        build?.(layer);
        return null;
      },
      "forward(self, input)": ([self, x], machine) =>
        forward(new Layer(moduleOf(self), machine), tensorOf(x, name)),
      ...(describe === undefined
        ? {}
        : { "extra_repr(self)": ([self], machine) => describe(new Layer(moduleOf(self), machine)) }),
    },
  });
}

/** A layer that applies a function of floats to every element, in place where it was asked for. */
export function activationClass(signature: string, run: (x: Tensor, layer: Layer) => Tensor): PyClass {
  return layerClass({
    signature,
    forward: (layer, x) => {
      const result = run(x.float, layer);
      return layer.flag("inplace") ? x.replace(result) : x.fresh(result);
    },
    describe: (layer) => (layer.flag("inplace") ? "inplace=True" : ""),
  });
}

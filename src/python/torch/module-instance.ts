/**
 * @module
 * Instances of nn.Module's classes: Python objects on one side, modules of candil on the other.
 */

import { Module } from "../../nn/module.ts";
import { Parameter } from "../../nn/parameter.ts";
import type { StateDictReport } from "../../nn/index.ts";
import type { AnyTensor, Tensor } from "../../tensor/tensor.ts";
import { asPythonError } from "../evaluate/failure.ts";
import { PythonError } from "../python-error.ts";
import type { Machine } from "../machine.ts";
import { PyCallable } from "../values/descriptor.ts";
import { PyInstance } from "../values/instance.ts";
import type { PyClass } from "../values/class.ts";
import { PyDict } from "../values/dict.ts";
import { kindOf } from "../values/numbers.ts";
import type { Arguments, Value } from "../values/object.ts";
import { call, callWith } from "../values/protocol.ts";
import { raise } from "../values/raise.ts";
import { pyTensor } from "./behaviour.ts";
import { isFloatTensor, PyTensor } from "./tensor-value.ts";

/** A buffer, which may be None, and whether it is saved. */
interface Buffer {
  readonly tensor: PyTensor | null;
  readonly persistent: boolean;
}

/** An instance of a class below nn.Module. Parameters, buffers and modules are kept apart from other attributes. */
export class ModuleInstance extends PyInstance {
  readonly parameters = new Map<string, PyTensor | null>();
  readonly buffers = new Map<string, Buffer>();
  readonly modules = new Map<string, ModuleInstance | null>();
  /** The same as candil's module. */
  readonly module: SourceModule;

  constructor(cls: PyClass, machine: Machine) {
    super(cls);
    this.module = new SourceModule(this, machine);
  }

  /** As in PyTorch, what the class has comes before parameters, buffers and modules of that name. */
  override attribute(machine: Machine, name: string): Value | undefined {
    if (this.attributes.has(name) || this.cls.lookup(name) !== undefined)
      return super.attribute(machine, name);
    const own = this.parameters.get(name) ?? this.buffers.get(name)?.tensor ?? this.modules.get(name);
    if (own !== undefined && own !== null) return own;
    const absent = this.parameters.has(name) || this.buffers.has(name) || this.modules.has(name);
    return absent ? null : super.attribute(machine, name);
  }

  protected override store(machine: Machine, name: string, value: Value | undefined): void {
    if (value === undefined) this.#remove(machine, name);
    else if (value instanceof ModuleInstance) this.#put(this.modules, name, value);
    else if (value instanceof PyTensor && value.isParameter) this.#put(this.parameters, name, value);
    else if (this.buffers.has(name) && (value === null || value instanceof PyTensor)) {
      this.registerBuffer(name, value, this.buffers.get(name)?.persistent ?? true);
    } else if (value === null && this.parameters.has(name)) this.parameters.set(name, null);
    else if (value === null && this.modules.has(name)) this.modules.set(name, null);
    else if (this.parameters.has(name) || this.modules.has(name)) {
      const wanted = this.parameters.has(name) ? "torch.nn.Parameter" : "torch.nn.Module";
      raise("TypeError", `cannot assign a ${kindOf(value)} as '${name}': ${wanted} or None expected`);
    } else super.store(machine, name, value);
  }

  #put<T>(into: Map<string, T>, name: string, value: T): void {
    if (name === "" || name.includes(".")) raise("KeyError", `the name "${name}" is empty or has a dot`);
    for (const map of [this.attributes, this.parameters, this.buffers, this.modules]) {
      if (map !== into) map.delete(name);
    }
    into.set(name, value);
  }

  #remove(machine: Machine, name: string): void {
    for (const map of [this.parameters, this.buffers, this.modules]) if (map.delete(name)) return;
    super.store(machine, name, undefined);
  }

  /** Adds a module under a name. As `add_module`. */
  addModule(name: string, value: Value): void {
    if (value === null) this.modules.set(name, null);
    else if (value instanceof ModuleInstance) this.#put(this.modules, name, value);
    else raise("TypeError", `a ${kindOf(value)} is not a Module`);
  }

  /** Adds a buffer, or replaces one. As `register_buffer`. */
  registerBuffer(name: string, tensor: PyTensor | null, persistent: boolean): void {
    tensor?.keep();
    this.#put(this.buffers, name, { tensor, persistent });
  }

  /** Adds a parameter. As `register_parameter`. */
  registerParameter(name: string, value: Value): void {
    if (value !== null && !(value instanceof PyTensor && value.isParameter)) {
      raise("TypeError", `cannot assign a ${kindOf(value)} as parameter '${name}'`);
    }
    this.#put(this.parameters, name, value instanceof PyTensor ? value : null);
  }

  /** A module with tensors of its own, as models clone a layer several times. */
  override deepCopy(machine: Machine): Value {
    return machine.nested(() => {
      const copy = this.cls.make(machine);
      if (!(copy instanceof ModuleInstance)) return copy;
      for (const [name, value] of this.attributes) copy.attributes.set(name, value);
      for (const [name, value] of this.parameters) copy.parameters.set(name, copyOf(machine, value));
      for (const [name, { tensor, persistent }] of this.buffers) {
        copy.registerBuffer(name, copyOf(machine, tensor), persistent);
      }
      for (const [name, child] of this.modules) {
        const inner = child === null ? null : child.deepCopy(machine);
        copy.modules.set(name, inner instanceof ModuleInstance ? inner : null);
      }
      copy.module.training = this.module.training;
      return copy;
    });
  }

  override get callable(): boolean {
    return true;
  }

  /** Hooks do not exist here, so calling a module is its forward. */
  override call(machine: Machine, args: Arguments): Value {
    const method = this.method("__call__") ?? this.method("forward");
    if (method !== undefined) return call(machine, method, args);
    return raise(
      "NotImplementedError",
      `Module [${this.cls.name}] is missing the required "forward" function`,
    );
  }
}

function copyOf(machine: Machine, value: PyTensor | null): PyTensor | null {
  if (value === null) return null;
  const { tensor } = value;
  machine.allocate(tensor.numel());
  const clone = tensor.clone();
  return pyTensor(
    tensor instanceof Parameter && isFloatTensor(clone)
      ? new Parameter(clone, { requiresGrad: tensor.requiresGrad })
      : clone,
  );
}

/** A module of candil whose forward is Python's. */
export class SourceModule extends Module {
  readonly #instance: ModuleInstance;
  readonly #machine: Machine;

  constructor(instance: ModuleInstance, machine: Machine) {
    super();
    this.#instance = instance;
    this.#machine = machine;
  }

  /** The Python object. */
  get instance(): ModuleInstance {
    return this.#instance;
  }

  /** The machine that it runs on. */
  get machine(): Machine {
    return this.#machine;
  }

  /** @throws PythonError with the place in the source */
  forward(x: Tensor): Tensor {
    const result = this.#run(() => callWith(this.#machine, this.#instance, pyTensor(x)));
    if (result instanceof PyTensor) return result.float;
    throw new PythonError(
      "raised",
      `forward of ${this.typeName} returned a value of type ${kindOf(result)}; candil needs one Tensor`,
    );
  }

  #run<T>(body: () => T): T {
    try {
      return this.#machine.run(body);
    } catch (error) {
      throw asPythonError(error);
    }
  }

  override namedChildren(): [string, Module][] {
    return [...this.#instance.modules].flatMap(([name, child]): [string, Module][] =>
      child === null ? [] : [[name, child.module]],
    );
  }

  protected override ownParameters(): [string, Parameter][] {
    return [...this.#instance.parameters].flatMap(([name, value]): [string, Parameter][] => {
      const tensor = value?.tensor;
      return tensor instanceof Parameter ? [[name, tensor]] : [];
    });
  }

  protected override ownBuffers(): [string, AnyTensor][] {
    return [...this.#instance.buffers].flatMap(([name, { tensor }]): [string, AnyTensor][] =>
      tensor === null ? [] : [[name, tensor.tensor]],
    );
  }

  protected override isPersistent(name: string): boolean {
    return this.#instance.buffers.get(name)?.persistent ?? true;
  }

  protected override get typeName(): string {
    return this.#instance.cls.name;
  }

  protected override extraRepr(): string {
    const text = this.#instance.method("extra_repr");
    const shown = text === undefined ? "" : this.#run(() => callWith(this.#machine, text));
    return typeof shown === "string" ? shown : "";
  }

  /** Calls Python's `train`, which classes override to keep layers frozen. */
  override train(mode = true): this {
    const train = this.#instance.method("train");
    if (train === undefined) return super.train(mode);
    this.#run(() => callWith(this.#machine, train, mode));
    return this;
  }

  /** Calls Python's `load_state_dict` where the source has its own, which may rename what old files call otherwise. */
  override loadStateDict(
    state: ReadonlyMap<string, AnyTensor>,
    options: { readonly strict?: boolean } = {},
  ): StateDictReport {
    const own = this.#instance.cls.lookup("load_state_dict");
    const theirs = own instanceof PyCallable && own.owner?.file !== null;
    if (!theirs) return super.loadStateDict(state, options);
    const dict = PyDict.fromStrings(
      [...state].map(([name, tensor]): [string, Value] => [name, pyTensor(tensor)]),
    );
    const method = this.#instance.method("load_state_dict");
    this.#run(() => {
      if (method === undefined) return;
      call(this.#machine, method, {
        positional: [dict],
        keywords: new Map([["strict", options.strict ?? true]]),
      });
    });
    return { missing: [], unexpected: [] };
  }

  /** What `load_state_dict` of nn.Module does. */
  loadOwn(state: ReadonlyMap<string, AnyTensor>, strict: boolean): StateDictReport {
    return super.loadStateDict(state, { strict });
  }
}

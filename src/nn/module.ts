/**
 * @module
 * The base of all layers and nets.
 */

import { ArgumentError } from "../errors.ts";
import { isFloat } from "../tensor/dtype.ts";
import type { AnyTensor, Tensor } from "../tensor/tensor.ts";
import { Parameter } from "./parameter.ts";
import { checkStateDict } from "./state-dict.ts";
import type { StateDictReport } from "./state-dict.ts";

/**
 * A layer, or a net of layers. As `torch.nn.Module`: assign parameters and other modules to properties and write
 * `forward`; names in the state dict are the names of the properties, joined by dots.
 *
 * @example
 * class Net extends Module {
 *   readonly fc1 = new Linear(784, 64);
 *   readonly fc2 = new Linear(64, 10);
 *   forward(x: Tensor): Tensor {
 *     return logSoftmax(this.fc2.forward(relu(this.fc1.forward(flatten(x, 1)))), 1);
 *   }
 * }
 */
export abstract class Module {
  /** Whether layers that behave differently in training (dropout, batch normalisation) do so; true at first. */
  training = true;
  readonly #buffers = new Map<string, AnyTensor>();

  /** Computes the output. The twin of calling a module in PyTorch. */
  abstract forward(x: Tensor): Tensor;

  /** Modules that are properties of this one, in the order of their definition. As `named_children`. */
  namedChildren(): [string, Module][] {
    return Object.entries(this).filter((entry): entry is [string, Module] => entry[1] instanceof Module);
  }

  /** Modules that are properties of this one. */
  children(): Module[] {
    return this.namedChildren().map(([, child]) => child);
  }

  /**
   * This module and all below it, with dotted names; this one's is "". A module that is reached in two ways appears once.
   * As `named_modules`.
   */
  namedModules(): [string, Module][] {
    return once(this.#walk(""));
  }

  /** This module and all below it. */
  modules(): Module[] {
    return this.namedModules().map(([, module]) => module);
  }

  /** Parameters of this module and all below it, with dotted names; a shared one only once. As `named_parameters`. */
  namedParameters(): [string, Parameter][] {
    return once(
      this.#walk("").flatMap(([prefix, module]) =>
        module
          .ownParameters()
          .map(([name, parameter]): [string, Parameter] => [join(prefix, name), parameter]),
      ),
    );
  }

  /** Parameters of this module and all below it. */
  parameters(): Parameter[] {
    return this.namedParameters().map(([, parameter]) => parameter);
  }

  /**
   * Adds a tensor that is part of the state but is not learned: running statistics, masks. As `register_buffer`.
   * @throws ArgumentError when the name has a dot or is taken
   */
  registerBuffer(name: string, tensor: AnyTensor): void {
    if (name === "" || name.includes(".") || this.#buffers.has(name)) {
      throw new ArgumentError(`registerBuffer: "${name}" is empty, has a dot, or is taken`);
    }
    this.#buffers.set(name, tensor);
  }

  /** Buffers of this module and all below it, with dotted names; a shared one only once. As `named_buffers`. */
  namedBuffers(): [string, AnyTensor][] {
    return once(
      this.#walk("").flatMap(([prefix, module]) =>
        module.ownBuffers().map(([name, buffer]): [string, AnyTensor] => [join(prefix, name), buffer]),
      ),
    );
  }

  /** Buffers of this module and all below it. */
  buffers(): AnyTensor[] {
    return this.namedBuffers().map(([, buffer]) => buffer);
  }

  /**
   * Parameters and buffers by their dotted names, in PyTorch's order; a shared one under each of its names. The tensors share the module's arrays: write them
   * out, or copy them, before training goes on.
   */
  stateDict(): Map<string, AnyTensor> {
    const state = new Map<string, AnyTensor>();
    for (const [prefix, module] of this.#walk("")) {
      for (const [name, parameter] of module.ownParameters())
        state.set(join(prefix, name), parameter.detach());
      for (const [name, buffer] of module.ownBuffers()) {
        if (module.isPersistent(name)) state.set(join(prefix, name), buffer);
      }
    }
    return state;
  }

  /**
   * Copies values into parameters and buffers, converted to their element types. As `load_state_dict`.
   * @param options.strict whether names that are missing or unexpected are errors; true. Shapes must fit either way.
   * @param options.assign whether parameters take over the arrays of `state` instead of copying them, where the element
   *   types are equal; false. Parameters are then new objects, and buffers are copied all the same.
   * @returns the names that were missing and unexpected
   * @throws StateDictError listing every missing, unexpected and misshapen entry
   */
  loadStateDict(
    state: ReadonlyMap<string, AnyTensor>,
    options: { readonly strict?: boolean; readonly assign?: boolean } = {},
  ): StateDictReport {
    const own = this.stateDict();
    const report = checkStateDict(this.typeName, own, state, options.strict ?? true);
    const assigned = options.assign === true ? this.#assign(state) : new Set<string>();
    for (const [name, tensor] of own) {
      const source = state.get(name);
      if (source !== undefined && !assigned.has(name)) tensor.copyFrom(source);
    }
    return report;
  }

  /** Puts parameters over the arrays of `state` in the place of those of the same element type; their names. */
  #assign(state: ReadonlyMap<string, AnyTensor>): Set<string> {
    const assigned = new Set<string>();
    for (const [prefix, module] of this.#walk("")) {
      for (const [property, parameter] of module.ownParameters()) {
        const { dtype, requiresGrad } = parameter;
        const name = join(prefix, property);
        const source = state.get(name);
        if (source === undefined || source.dtype !== dtype || !isFloatTensor(source)) continue;
        // A module may keep its parameters elsewhere than in properties.
        if (Reflect.get(module, property) !== parameter) continue;
        Object.assign(module, { [property]: new Parameter(source, { requiresGrad }) });
        assigned.add(name);
      }
    }
    return assigned;
  }

  /** Switches this module and all below it to training. @param mode false is the same as {@link eval} */
  train(mode = true): this {
    for (const module of this.modules()) module.training = mode;
    return this;
  }

  /** Switches this module and all below it to evaluation: dropout passes everything, statistics stand still. */
  eval(): this {
    return this.train(false);
  }

  /** Sets whether the parameters receive gradients. As `requires_grad_`. */
  requiresGrad_(value = true): this {
    for (const parameter of this.parameters()) parameter.requiresGrad = value;
    return this;
  }

  /** Forgets the gradients of all parameters. */
  zeroGrad(): void {
    for (const parameter of this.parameters()) parameter.grad = null;
  }

  /** Calls `visit` for all modules below and then this one. As `apply`. */
  apply(visit: (module: Module) => void): this {
    for (const child of this.children()) child.apply(visit);
    visit(this);
    return this;
  }

  /** Parameters of this module alone, in the order of their definition. */
  protected ownParameters(): [string, Parameter][] {
    return Object.entries(this).filter(
      (entry): entry is [string, Parameter] => entry[1] instanceof Parameter,
    );
  }

  /** Buffers of this module alone. */
  protected ownBuffers(): [string, AnyTensor][] {
    return [...this.#buffers];
  }

  /** Whether a buffer of this module is part of its state dict. As `register_buffer`'s `persistent`. */
  protected isPersistent(_name: string): boolean {
    return true;
  }

  /** What messages and {@link toString} call this module. */
  protected get typeName(): string {
    return this.constructor.name;
  }

  /** What {@link toString} shows between the parentheses; layers name their sizes and options. */
  protected extraRepr(): string {
    return "";
  }

  /** The modules below, as {@link toString} lists them. */
  protected childLines(): string[] {
    return this.namedChildren().map(([name, child]) => `(${name}): ${child.toString()}`);
  }

  /** The tree of modules, one a line. As `print(module)` in PyTorch. */
  toString(): string {
    const lines = this.childLines();
    const name = this.typeName;
    if (lines.length === 0) return `${name}(${this.extraRepr()})`;
    return `${name}(\n${lines.map((line) => `  ${line.replaceAll("\n", "\n  ")}\n`).join("")})`;
  }

  /** This module and all below it, those that are reached in several ways several times. */
  #walk(prefix: string): [string, Module][] {
    const below = this.namedChildren().flatMap(([name, child]) => child.#walk(join(prefix, name)));
    return [[prefix, this], ...below];
  }
}

function isFloatTensor(tensor: AnyTensor): tensor is Tensor {
  return isFloat(tensor.dtype);
}

function join(prefix: string, name: string): string {
  return prefix === "" ? name : `${prefix}.${name}`;
}

/** Keeps the first entry of each value. */
function once<T>(entries: readonly [string, T][]): [string, T][] {
  const seen = new Set<T>();
  return entries.filter(([, value]) => !seen.has(value) && seen.add(value));
}

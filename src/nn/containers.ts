/**
 * @module
 * Modules that hold modules.
 */

import { ArgumentError } from "../errors.ts";
import type { Tensor } from "../tensor/tensor.ts";
import { Module } from "./module.ts";

/** Holds modules under the names "0", "1", ...: what {@link Sequential} and {@link ModuleList} share. */
abstract class IndexedModules extends Module {
  readonly #modules: Module[];

  constructor(modules: Iterable<Module> = []) {
    super();
    this.#modules = [...modules];
  }

  override namedChildren(): [string, Module][] {
    return this.#modules.map((module, i) => [String(i), module]);
  }

  /** How many modules there are. */
  get length(): number {
    return this.#modules.length;
  }

  /** The module at an index, which may count from the end. */
  at(index: number): Module {
    const module = this.#modules.at(index);
    if (module === undefined) {
      throw new ArgumentError(`${this.constructor.name}: no module ${index} among ${this.#modules.length}`);
    }
    return module;
  }

  /** Adds a module at the end. */
  append(module: Module): this {
    this.#modules.push(module);
    return this;
  }

  [Symbol.iterator](): Iterator<Module> {
    return this.#modules.values();
  }
}

/**
 * Applies its modules one after the other. As `torch.nn.Sequential`.
 *
 * @example
 * const net = new Sequential(new Conv2d(1, 8, 3), new ReLU(), new Flatten(), new Linear(8 * 26 * 26, 10));
 */
export class Sequential extends IndexedModules {
  constructor(...modules: readonly Module[]) {
    super(modules);
  }

  forward(x: Tensor): Tensor {
    let y = x;
    for (const module of this) y = module.forward(y);
    return y;
  }
}

/** A list of modules whose owner decides how they are applied. As `torch.nn.ModuleList`. */
export class ModuleList extends IndexedModules {
  protected override childLines(): string[] {
    // Neighbours that print alike share a line, as in PyTorch.
    const lines: { from: number; to: number; text: string }[] = [];
    this.children().forEach((child, i) => {
      const text = child.toString();
      const last = lines.at(-1);
      if (last?.text === text) last.to = i;
      else lines.push({ from: i, to: i, text });
    });
    return lines.map(({ from, to, text }) =>
      from === to ? `(${from}): ${text}` : `(${from}-${to}): ${to - from + 1} x ${text}`,
    );
  }

  /** @throws ArgumentError always: a list has no order of application */
  forward(): Tensor {
    throw new ArgumentError("ModuleList: has no forward of its own; apply its modules one by one");
  }
}

/** Modules under names of their own, whose owner decides how they are applied. As `torch.nn.ModuleDict`. */
export class ModuleDict extends Module {
  readonly #modules: Map<string, Module>;

  constructor(modules: Readonly<Record<string, Module>> = {}) {
    super();
    this.#modules = new Map(Object.entries(modules));
  }

  override namedChildren(): [string, Module][] {
    return [...this.#modules];
  }

  /** @throws ArgumentError when there is none of that name */
  get(name: string): Module {
    const module = this.#modules.get(name);
    if (module === undefined) {
      throw new ArgumentError(
        `ModuleDict: no module "${name}" among ${[...this.#modules.keys()].join(", ")}`,
      );
    }
    return module;
  }

  /** Adds a module, or replaces one. */
  set(name: string, module: Module): this {
    this.#modules.set(name, module);
    return this;
  }

  /** @throws ArgumentError always: a dict has no order of application */
  forward(): Tensor {
    throw new ArgumentError("ModuleDict: has no forward of its own; apply its modules by name");
  }
}

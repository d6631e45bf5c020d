/**
 * @module
 * Modules in TypeScript that stand for classes of model files: for what the subset of Python does not reach, or for speed.
 */

import type { Module } from "../nn/module.ts";
import type { Tensor } from "../tensor/tensor.ts";

/** A module with one input. */
export interface Classifier extends Module {
  forward(x: Tensor): Tensor;
}

const registered = new Map<string, () => Classifier>();

/**
 * Lets `make` stand for a class of that name in the model file of any archive: the file is then not read. Its parameters
 * must have the names that the class's have.
 *
 * @example
 * registerModule("SpecialNet", () => new SpecialNet());
 */
export function registerModule(className: string, make: () => Classifier): void {
  registered.set(className, make);
}

/** The module registered for the last class of a model file that has one; null when there is none. */
export function moduleFor(source: string): (() => Classifier) | null {
  const names = [...source.matchAll(/^class[ \t]+(\w+)/gm)].map(([, name]) => name);
  const found = names.reverse().find((name) => registered.has(name));
  return found === undefined ? null : (registered.get(found) ?? null);
}

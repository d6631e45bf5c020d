/**
 * @module
 * What the captured functions of one model share: a machine and the packed weights on it. Garbage with the last of them.
 */

import { kernels } from "../kernels/index.ts";
import type { KernelFamily } from "../kernels/index.ts";
import { Machine } from "./machine.ts";
import { Weights } from "./weights.ts";

/** A machine and the weights packed on it. */
export interface Equipment {
  readonly machine: Machine;
  readonly weights: Weights;
}

/** Opens a machine for each kernel family that is asked for; usually one. */
export class Runtime {
  readonly #equipment = new Map<KernelFamily, Equipment | null>();

  /** What plans of the active kernel family run on, or null for the reference, which has no plans. */
  get equipment(): Equipment | null {
    const { family } = kernels();
    let found = this.#equipment.get(family);
    if (found === undefined) {
      const machine = Machine.open(family);
      found = machine === null ? null : { machine, weights: new Weights(machine) };
      this.#equipment.set(family, found);
    }
    return found;
  }

  /** Forgets the packed weights: for when they were changed. */
  reset(): void {
    this.#equipment.clear();
  }
}

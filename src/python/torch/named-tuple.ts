/**
 * @module
 * Tuples whose entries have names: what `max`, `topk` and `sort` return.
 */

import type { Machine } from "../machine.ts";
import type { Value } from "../values/object.ts";
import { PyTuple } from "../values/sequences.ts";

/** A tuple with names. */
export class NamedTuple extends PyTuple {
  readonly #names: readonly string[];

  constructor(items: readonly Value[], names: readonly string[]) {
    super(items);
    this.#names = names;
  }

  override attribute(machine: Machine, name: string): Value | undefined {
    const at = this.#names.indexOf(name);
    return at >= 0 ? this.items[at] : super.attribute(machine, name);
  }
}

/** @module Parameters on the machine: loaded before each run, in every order that kernels read, and their gradients. */

import type { Tensor } from "../../tensor/tensor.ts";
import type { Machine } from "../machine.ts";

/** A parameter and its gradient as they lie in the machine's memory, in the tensor's own order. */
export interface Learned {
  readonly value: number;
  readonly gradient: number;
}

/** The parameters that training plans of one machine share. */
export class LearnedParameters {
  readonly #machine: Machine;
  readonly #learned = new Map<Tensor, Learned>();
  readonly #orders = new Map<Tensor, Map<string, { readonly address: number; readonly write: () => void }>>();

  constructor(machine: Machine) {
    this.#machine = machine;
  }

  /** Where a parameter lies. Behind its last float are zeros up to a whole block of 8, as behind its gradient's. */
  of(parameter: Tensor): Learned {
    let learned = this.#learned.get(parameter);
    if (learned === undefined) {
      const size = 8 * Math.ceil(parameter.numel() / 8);
      learned = { value: this.#machine.take(size), gradient: this.#machine.take(size) };
      this.#learned.set(parameter, learned);
    }
    return learned;
  }

  /**
   * Address of a parameter in another order, written anew by each {@link load}.
   * @param floats how many there are; those that `write` leaves alone are zero
   */
  ordered(parameter: Tensor, key: string, floats: number, write: (to: number, from: number) => void): number {
    const orders = this.#orders.get(parameter) ?? new Map<string, { address: number; write(): void }>();
    this.#orders.set(parameter, orders);
    let order = orders.get(key);
    if (order === undefined) {
      const from = this.of(parameter).value;
      const address = this.#machine.take(floats);
      order = { address, write: () => write(address, from) };
      orders.set(key, order);
    }
    return order.address;
  }

  /** Copies these parameters in, as they are now. */
  load(parameters: readonly Tensor[]): void {
    for (const parameter of parameters) {
      this.#machine.floats.set(parameter.data, this.of(parameter).value >>> 2);
      for (const { write } of this.#orders.get(parameter)?.values() ?? []) write();
    }
  }

  /** A parameter's gradient. Valid until the machine's memory grows. */
  gradientOf(parameter: Tensor): Float32Array {
    return this.#machine.view(this.of(parameter).gradient, parameter.numel());
  }
}

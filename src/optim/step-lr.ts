/**
 * @module
 * Learning rates that change over time.
 */

import { ArgumentError } from "../errors.ts";
import type { BaseSettings, Optimizer } from "./optimizer.ts";

/** Sets the learning rates of an optimizer after each epoch. As `torch.optim.lr_scheduler.LRScheduler`. */
export abstract class LRScheduler {
  /** Epochs that have passed. */
  lastEpoch = 0;
  readonly #optimizer: Optimizer<BaseSettings>;
  /** The learning rates at epoch 0, one for each group. */
  readonly baseLrs: readonly number[];

  constructor(optimizer: Optimizer<BaseSettings>) {
    this.#optimizer = optimizer;
    this.baseLrs = optimizer.paramGroups.map((group) => group.lr);
  }

  /** One epoch has passed. */
  step(): void {
    this.lastEpoch++;
    this.#optimizer.paramGroups.forEach((group, i) => {
      group.lr = this.lrAt(this.lastEpoch, this.baseLrs[i]);
    });
  }

  /** The learning rates in force, one for each group. */
  getLastLr(): number[] {
    return this.#optimizer.paramGroups.map((group) => group.lr);
  }

  /** The learning rate in `epoch` of a group that began with `baseLr`. */
  protected abstract lrAt(epoch: number, baseLr: number): number;
}

/** lr · gamma^⌊epoch / stepSize⌋. As `torch.optim.lr_scheduler.StepLR`. */
export class StepLR extends LRScheduler {
  readonly stepSize: number;
  readonly gamma: number;

  /** @throws ArgumentError when stepSize is not an integer >= 1 */
  constructor(optimizer: Optimizer<BaseSettings>, stepSize: number, options: { readonly gamma?: number } = {}) {
    super(optimizer);
    if (!Number.isInteger(stepSize) || stepSize < 1) {
      throw new ArgumentError(`StepLR: expected a step size that is an integer >= 1, got ${stepSize}`);
    }
    this.stepSize = stepSize;
    this.gamma = options.gamma ?? 0.1;
  }

  protected lrAt(epoch: number, baseLr: number): number {
    return baseLr * this.gamma ** Math.floor(epoch / this.stepSize);
  }
}

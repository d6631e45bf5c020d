/**
 * @module
 * Learning rates that change over time.
 */

import { ArgumentError, StateDictError } from "../errors.ts";
import type { BaseSettings, ParamGroup } from "./optimizer.ts";
import type { Saved } from "./saved.ts";

/** What a scheduler needs of an optimizer: any of them. */
export interface Scheduled {
  readonly paramGroups: readonly ParamGroup<BaseSettings>[];
}

/**
 * Sets the learning rates of an optimizer after each epoch. As `torch.optim.lr_scheduler.LRScheduler`: call `step()` once
 * an epoch, after the optimizer's steps. A schedule of one's own only writes {@link nextLr}.
 */
export abstract class LRScheduler {
  /** Epochs that have passed. */
  lastEpoch = 0;
  /** The learning rates at epoch 0, one for each group. */
  baseLrs: readonly number[];
  readonly #groups: readonly ParamGroup<BaseSettings>[];

  constructor(optimizer: Scheduled) {
    this.#groups = optimizer.paramGroups;
    for (const group of this.#groups) group.initialLr ??= group.lr;
    this.baseLrs = this.#groups.map((group) => group.initialLr ?? group.lr);
  }

  /** One epoch has passed. */
  step(): void {
    this.lastEpoch++;
    this.#groups.forEach((group, i) => {
      group.lr = this.nextLr(group.lr, this.baseLrs[i]);
    });
  }

  /** The learning rates in force, one for each group. */
  getLastLr(): number[] {
    return this.#groups.map((group) => group.lr);
  }

  /** Position and learning rates in PyTorch's own layout, ready for `writePt`. */
  stateDict(): Map<string, Saved> {
    return new Map<string, Saved>([
      ...this.savedSettings(),
      ["base_lrs", [...this.baseLrs]],
      ["last_epoch", this.lastEpoch],
      ["_step_count", this.lastEpoch + 1],
      ["_is_initial", false],
      ["_get_lr_called_within_step", false],
      ["_last_lr", this.getLastLr()],
    ]);
  }

  /**
   * Continues from a saved position. As `load_state_dict`: the optimizer's learning rates come from the optimizer's own
   * state, the settings of the schedule stay those of the constructor.
   * @throws StateDictError when it is not the state of a schedule for as many groups
   */
  loadStateDict(saved: ReadonlyMap<unknown, unknown>): void {
    const epoch = saved.get("last_epoch");
    const baseLrs = saved.get("base_lrs");
    if (typeof epoch !== "number" || !Array.isArray(baseLrs) || baseLrs.length !== this.baseLrs.length) {
      throw new StateDictError(
        `${this.constructor.name}: expected last_epoch and ${this.baseLrs.length} base_lrs in the saved state`,
      );
    }
    this.lastEpoch = epoch;
    this.baseLrs = baseLrs.map(Number);
  }

  /**
   * The learning rate of a group from epoch {@link lastEpoch} on.
   * @param lr its learning rate until then
   * @param baseLr its learning rate at epoch 0
   */
  protected abstract nextLr(lr: number, baseLr: number): number;

  /** The schedule's settings under PyTorch's names. */
  protected abstract savedSettings(): [string, Saved][];
}

/**
 * lr · gamma after every `stepSize` epochs. As `torch.optim.lr_scheduler.StepLR`, multiplying one time after the other,
 * so that the last bit agrees.
 */
export class StepLR extends LRScheduler {
  readonly stepSize: number;
  readonly gamma: number;

  /** @throws ArgumentError when stepSize is not an integer >= 1 */
  constructor(optimizer: Scheduled, stepSize: number, options: { readonly gamma?: number } = {}) {
    super(optimizer);
    if (!Number.isInteger(stepSize) || stepSize < 1) {
      throw new ArgumentError(`StepLR: expected a step size that is an integer >= 1, got ${stepSize}`);
    }
    this.stepSize = stepSize;
    this.gamma = options.gamma ?? 0.1;
  }

  protected override nextLr(lr: number): number {
    return this.lastEpoch % this.stepSize === 0 ? lr * this.gamma : lr;
  }

  protected override savedSettings(): [string, Saved][] {
    return [
      ["step_size", this.stepSize],
      ["gamma", this.gamma],
    ];
  }
}

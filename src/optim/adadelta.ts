/**
 * @module
 * M. Zeiler, "Adadelta: an adaptive learning rate method" (2012).
 */

import { kernels } from "../kernels/index.ts";
import type { Parameter } from "../nn/parameter.ts";
import type { Tensor } from "../tensor/tensor.ts";
import { checkSettings, Optimizer } from "./optimizer.ts";
import type { BaseSettings, ParameterState, ParamGroup, ParamSource, SavedForm } from "./optimizer.ts";

/** Settings of {@link Adadelta}. */
export interface AdadeltaSettings extends BaseSettings {
  /** Weight of the past in the running means. */
  rho: number;
  /** Added under the roots. */
  eps: number;
  /** Share of the parameter that joins its gradient. */
  weightDecay: number;
}

const form: SavedForm<AdadeltaSettings> = {
  names: { lr: "lr", rho: "rho", eps: "eps", weightDecay: "weight_decay" },
  fixed: { maximize: false, capturable: false, foreach: null, differentiable: false },
  steps: true,
};

/**
 * Steps as long as the root of past steps over the root of past gradients. As `torch.optim.Adadelta`: lr 1, rho 0.9, eps
 * 1e-6, no decay.
 */
export class Adadelta extends Optimizer<AdadeltaSettings> {
  constructor(params: ParamSource<AdadeltaSettings>, settings: Partial<AdadeltaSettings> = {}) {
    super(params, { lr: 1, rho: 0.9, eps: 1e-6, weightDecay: 0, ...settings }, form);
    for (const { lr, rho, eps, weightDecay } of this.paramGroups) {
      checkSettings("Adadelta", [
        ["lr", lr, 0, Infinity],
        ["rho", rho, 0, 1],
        ["eps", eps, 0, Infinity],
        ["weightDecay", weightDecay, 0, Infinity],
      ]);
    }
  }

  protected override update(
    parameter: Parameter,
    grad: Tensor,
    state: ParameterState,
    group: ParamGroup<AdadeltaSettings>,
  ): void {
    const squares = this.slot(state, "square_avg", parameter);
    const deltas = this.slot(state, "acc_delta", parameter);
    kernels().adadelta(parameter.data, squares.data, deltas.data, grad.data, group);
  }
}

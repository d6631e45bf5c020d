/**
 * @module
 * Stochastic gradient descent.
 */

import { ArgumentError } from "../errors.ts";
import { sgd } from "../kernels/reference/optim.ts";
import type { Parameter } from "../nn/parameter.ts";
import type { Tensor } from "../tensor/tensor.ts";
import { checkSettings, Optimizer } from "./optimizer.ts";
import type { BaseSettings, ParameterState, ParamGroup, ParamSource, SavedForm } from "./optimizer.ts";

/** Settings of {@link SGD}. */
export interface SgdSettings extends BaseSettings {
  /** Weight of the past direction; 0 forgets it. */
  momentum: number;
  /** Share of the gradient that is kept out of the momentum. */
  dampening: number;
  /** Share of the parameter that joins its gradient. */
  weightDecay: number;
  /** Whether to look ahead along the momentum: Y. Nesterov (1983). */
  nesterov: boolean;
}

const form: SavedForm<SgdSettings> = {
  names: {
    lr: "lr",
    momentum: "momentum",
    dampening: "dampening",
    weightDecay: "weight_decay",
    nesterov: "nesterov",
  },
  fixed: { maximize: false, foreach: null, differentiable: false, fused: null },
  steps: false,
};

/** Follows the gradient, with momentum where asked. As `torch.optim.SGD`: lr 1e-3, all else off. */
export class SGD extends Optimizer<SgdSettings> {
  /** @throws ArgumentError when a setting is out of range, or Nesterov's step lacks momentum or is dampened */
  constructor(params: ParamSource<SgdSettings>, settings: Partial<SgdSettings> = {}) {
    super(
      params,
      { lr: 1e-3, momentum: 0, dampening: 0, weightDecay: 0, nesterov: false, ...settings },
      form,
    );
    for (const { lr, momentum, dampening, weightDecay, nesterov } of this.paramGroups) {
      checkSettings("SGD", [
        ["lr", lr, 0, Infinity],
        ["momentum", momentum, 0, Infinity],
        ["weightDecay", weightDecay, 0, Infinity],
      ]);
      if (nesterov && (momentum <= 0 || dampening !== 0)) {
        throw new ArgumentError(
          `SGD: nesterov needs a momentum > 0 and no dampening, got ${momentum} and ${dampening}`,
        );
      }
    }
  }

  protected override update(
    parameter: Parameter,
    grad: Tensor,
    state: ParameterState,
    group: ParamGroup<SgdSettings>,
  ): void {
    const first = !state.slots.has("momentum_buffer");
    const buffer = group.momentum === 0 ? null : this.slot(state, "momentum_buffer", parameter).data;
    sgd(parameter.data, buffer, grad.data, first, group);
  }
}

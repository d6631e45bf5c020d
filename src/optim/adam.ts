/**
 * @module
 * D. Kingma and J. Ba, "Adam: a method for stochastic optimization" (2015), and I. Loshchilov and F. Hutter, "Decoupled
 * weight decay regularization" (2019).
 */

import { adam } from "../kernels/reference/optim.ts";
import type { Parameter } from "../nn/parameter.ts";
import type { Tensor } from "../tensor/tensor.ts";
import { checkSettings, Optimizer } from "./optimizer.ts";
import type { BaseSettings, ParameterState, ParamGroup, ParamSource, SavedForm } from "./optimizer.ts";

/** Settings of {@link Adam} and {@link AdamW}. */
export interface AdamSettings extends BaseSettings {
  /** Weights of the past in the running means of the gradient and of its square. */
  betas: readonly [number, number];
  /** Added to the root. */
  eps: number;
  /** Adam: share of the parameter that joins its gradient. AdamW: times lr, share that the parameter loses. */
  weightDecay: number;
  /** Whether the largest mean square so far is used: S. Reddi et al. (2018). */
  amsgrad: boolean;
}

/** @param decoupled whether the decay is taken off the parameter itself */
function savedForm(decoupled: boolean): SavedForm<AdamSettings> {
  return {
    names: { lr: "lr", betas: "betas", eps: "eps", weightDecay: "weight_decay", amsgrad: "amsgrad" },
    fixed: {
      maximize: false,
      foreach: null,
      capturable: false,
      differentiable: false,
      fused: null,
      decoupled_weight_decay: decoupled,
    },
    steps: true,
  };
}

abstract class AdamBase extends Optimizer<AdamSettings> {
  readonly #decoupled: boolean;

  constructor(name: string, decoupled: boolean, params: ParamSource<AdamSettings>, settings: AdamSettings) {
    super(params, settings, savedForm(decoupled));
    this.#decoupled = decoupled;
    for (const { lr, betas, eps, weightDecay } of this.paramGroups) {
      checkSettings(name, [
        ["lr", lr, 0, Infinity],
        ["betas[0]", betas[0], 0, 1 - Number.EPSILON],
        ["betas[1]", betas[1], 0, 1 - Number.EPSILON],
        ["eps", eps, 0, Infinity],
        ["weightDecay", weightDecay, 0, Infinity],
      ]);
    }
  }

  protected override update(
    parameter: Parameter,
    grad: Tensor,
    state: ParameterState,
    group: ParamGroup<AdamSettings>,
  ): void {
    const { betas, ...settings } = group;
    const mean = this.slot(state, "exp_avg", parameter);
    const squares = this.slot(state, "exp_avg_sq", parameter);
    const largest = group.amsgrad ? this.slot(state, "max_exp_avg_sq", parameter).data : null;
    const step = {
      ...settings,
      beta1: betas[0],
      beta2: betas[1],
      decoupled: this.#decoupled,
      step: state.step,
    };
    adam(parameter.data, mean.data, squares.data, largest, grad.data, step);
  }
}

const defaults = { lr: 1e-3, betas: [0.9, 0.999], eps: 1e-8, amsgrad: false } as const;

/** Steps by running means of the gradient and its square. As `torch.optim.Adam`. */
export class Adam extends AdamBase {
  constructor(params: ParamSource<AdamSettings>, settings: Partial<AdamSettings> = {}) {
    super("Adam", false, params, { ...defaults, weightDecay: 0, ...settings });
  }
}

/** {@link Adam} with the decay taken off the parameter itself. As `torch.optim.AdamW`: decay 0.01. */
export class AdamW extends AdamBase {
  constructor(params: ParamSource<AdamSettings>, settings: Partial<AdamSettings> = {}) {
    super("AdamW", true, params, { ...defaults, weightDecay: 1e-2, ...settings });
  }
}

/**
 * @module
 * What all optimizers share: groups of parameters, their state, and both as PyTorch saves them.
 */

import { ArgumentError, StateDictError } from "../errors.ts";
import { Parameter } from "../nn/parameter.ts";
import { zerosLike } from "../tensor/creation.ts";
import type { AnyTensor, Tensor } from "../tensor/tensor.ts";

/** Parameters that are stepped with the same settings. */
export type ParamGroup<Settings> = Settings & { readonly params: readonly Parameter[] };

/** What an optimizer is made for: parameters, or groups of them whose settings override the optimizer's. */
export type ParamSource<Settings> = Iterable<
  Parameter | (Partial<Settings> & { readonly params: Iterable<Parameter> })
>;

/** Settings that every optimizer has. */
export interface BaseSettings {
  /** Learning rate; schedulers change it. */
  lr: number;
}

/** What an optimizer remembers of one parameter: tensors like it, and how often it was stepped. */
export interface ParameterState {
  step: number;
  readonly slots: Map<string, Tensor>;
}

/** A setting or state as it is saved. */
export type SavedValue = number | boolean | null | string | AnyTensor | readonly number[];

/** An optimizer as PyTorch saves one: parameters are numbered through all groups. */
export interface OptimizerStateDict {
  readonly state: ReadonlyMap<number, ReadonlyMap<string, SavedValue>>;
  readonly paramGroups: readonly ReadonlyMap<string, SavedValue>[];
}

/** Base of all optimizers. As `torch.optim.Optimizer`. */
export abstract class Optimizer<Settings extends BaseSettings> {
  readonly paramGroups: ParamGroup<Settings>[];
  readonly #state = new Map<Parameter, ParameterState>();

  /**
   * @throws ArgumentError when there are no parameters
   */
  constructor(params: ParamSource<Settings>, settings: Settings) {
    const loose: Parameter[] = [];
    this.paramGroups = [];
    for (const entry of params) {
      if (entry instanceof Parameter) loose.push(entry);
      else this.paramGroups.push({ ...settings, ...entry, params: [...entry.params] });
    }
    if (loose.length > 0) this.paramGroups.push({ ...settings, params: loose });
    if (this.paramGroups.every((group) => group.params.length === 0)) {
      throw new ArgumentError(`${this.constructor.name}: got no parameters; pass model.parameters()`);
    }
  }

  /** Moves every parameter that has a gradient, in place. */
  step(): void {
    for (const group of this.paramGroups) {
      for (const parameter of group.params) {
        if (parameter.grad === null) continue;
        const state = this.#stateOf(parameter);
        state.step++;
        this.update(parameter, parameter.grad, state, group);
      }
    }
  }

  /** Forgets the gradients of all parameters. */
  zeroGrad(): void {
    for (const group of this.paramGroups) for (const parameter of group.params) parameter.grad = null;
  }

  /** Settings and state under PyTorch's names, ready to be saved. The tensors share the optimizer's arrays. */
  stateDict(): OptimizerStateDict {
    const state = new Map<number, Map<string, SavedValue>>();
    let index = 0;
    const paramGroups = this.paramGroups.map((group) => {
      const indices = group.params.map((parameter) => {
        const own = this.#state.get(parameter);
        if (own !== undefined) {
          const saved = new Map<string, SavedValue>([["step", own.step]]);
          for (const [name, tensor] of own.slots) saved.set(name, tensor);
          state.set(index, saved);
        }
        return index++;
      });
      return new Map<string, SavedValue>([...this.savedSettings(group), ["params", indices]]);
    });
    return { state, paramGroups };
  }

  /**
   * Continues from a saved state: step counts, state tensors (copied) and the learning rates.
   * @throws StateDictError when the groups or the tensors do not fit
   */
  loadStateDict(saved: OptimizerStateDict): void {
    const sizes = saved.paramGroups.map((group) => group.get("params")).map((p) => (Array.isArray(p) ? p.length : -1));
    if (sizes.length !== this.paramGroups.length || this.paramGroups.some((g, i) => g.params.length !== sizes[i])) {
      throw new StateDictError(
        `${this.constructor.name}: expected groups of ${this.paramGroups.map((g) => g.params.length).join(", ")} ` +
          `parameters, the saved state has ${sizes.join(", ")}`,
      );
    }
    this.paramGroups.forEach((group, i) => {
      const lr = saved.paramGroups[i].get("lr");
      if (typeof lr === "number") group.lr = lr;
    });
    this.paramGroups
      .flatMap((group) => group.params)
      .forEach((parameter, i) => {
        const entry = saved.state.get(i);
        if (entry !== undefined) this.#restore(parameter, entry);
      });
  }

  /** Moves one parameter by its gradient. */
  protected abstract update(
    parameter: Parameter,
    grad: Tensor,
    state: ParameterState,
    group: ParamGroup<Settings>,
  ): void;

  /** A group's settings under PyTorch's names. */
  protected abstract savedSettings(group: ParamGroup<Settings>): [string, SavedValue][];

  /** A tensor of a parameter's state, zeros at first. */
  protected slot(state: ParameterState, name: string, parameter: Parameter): Tensor {
    let tensor = state.slots.get(name);
    if (tensor === undefined) {
      tensor = zerosLike(parameter);
      state.slots.set(name, tensor);
    }
    return tensor;
  }

  #stateOf(parameter: Parameter): ParameterState {
    let state = this.#state.get(parameter);
    if (state === undefined) {
      state = { step: 0, slots: new Map() };
      this.#state.set(parameter, state);
    }
    return state;
  }

  #restore(parameter: Parameter, entry: ReadonlyMap<string, SavedValue>): void {
    const state = this.#stateOf(parameter);
    for (const [name, value] of entry) {
      // PyTorch saves the count as a tensor of one element.
      if (name === "step") state.step = typeof value === "number" ? value : isTensor(value) ? value.item() : 0;
      else if (isTensor(value)) this.slot(state, name, parameter).copyFrom(value);
    }
  }
}

function isTensor(value: SavedValue): value is AnyTensor {
  return typeof value === "object" && value !== null && "dtype" in value;
}

/**
 * Throws unless every setting is a number within its bounds.
 * @throws ArgumentError naming the optimizer and the setting
 */
export function checkSettings(
  optimizer: string,
  bounds: readonly (readonly [name: string, value: number, low: number, high: number])[],
): void {
  for (const [name, value, low, high] of bounds) {
    if (!(value >= low && value <= high)) {
      throw new ArgumentError(`${optimizer}: expected ${name} in [${low}, ${high}], got ${value}`);
    }
  }
}

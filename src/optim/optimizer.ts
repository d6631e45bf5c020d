/**
 * @module
 * What all optimizers share: groups of parameters, their state, and both as PyTorch saves them.
 */

import { ArgumentError, formatShape, StateDictError } from "../errors.ts";
import { Parameter } from "../nn/parameter.ts";
import { full, zerosLike } from "../tensor/creation.ts";
import { sameShape } from "../tensor/shape.ts";
import { Tensor } from "../tensor/tensor.ts";
import type { AnyTensor } from "../tensor/tensor.ts";
import { mapOf, restoredSetting } from "./saved.ts";
import type { Saved, SavedMap, Setting } from "./saved.ts";

/** Settings that every optimizer has. */
export interface BaseSettings {
  /** Learning rate; schedulers change it. */
  lr: number;
}

/** Parameters that are stepped with the same settings. */
export type ParamGroup<Settings> = Settings & {
  readonly params: readonly Parameter[];
  /** The learning rate that a scheduler began with. */
  initialLr?: number;
};

/** What an optimizer is made for: parameters, or groups of them whose settings override the optimizer's. */
export type ParamSource<Settings> =
  Iterable<Parameter> | Iterable<Partial<Settings> & { readonly params: Iterable<Parameter> }>;

/** What an optimizer remembers of one parameter: tensors like it, and how often it was stepped. */
export interface ParameterState {
  step: number;
  readonly slots: Map<string, Tensor>;
}

/** How an optimizer is saved. */
export interface SavedForm<Settings> {
  /** PyTorch's name of each setting, in its order. */
  readonly names: { readonly [Name in keyof Settings]: string };
  /** Settings that PyTorch saves and candil does not offer, with the only value they have here. */
  readonly fixed: Readonly<Record<string, boolean | null>>;
  /** Whether PyTorch keeps the number of steps of each parameter. */
  readonly steps: boolean;
}

/** Fixed settings that change nothing but speed. */
const HARMLESS = ["foreach", "fused", "capturable", "differentiable"];

/** Base of all optimizers. As `torch.optim.Optimizer`. */
export abstract class Optimizer<Settings extends BaseSettings> {
  readonly paramGroups: ParamGroup<Settings>[] = [];
  readonly #form: SavedForm<Settings>;
  readonly #state = new Map<Parameter, ParameterState>();

  /**
   * @param settings of every group that does not say otherwise
   * @throws ArgumentError when there are no parameters, or one appears twice
   */
  constructor(params: ParamSource<Settings>, settings: Settings, form: SavedForm<Settings>) {
    this.#form = form;
    const loose: Parameter[] = [];
    for (const entry of params) {
      if (entry instanceof Parameter) loose.push(entry);
      else this.paramGroups.push({ ...settings, ...entry, params: [...entry.params] });
    }
    if (loose.length > 0) this.paramGroups.push({ ...settings, params: loose });
    const all = this.#parameters();
    if (all.length === 0) {
      throw new ArgumentError(`${this.constructor.name}: got no parameters; pass model.parameters()`);
    }
    if (new Set(all).size !== all.length) {
      throw new ArgumentError(
        `${this.constructor.name}: a parameter appears twice; it would be stepped twice`,
      );
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
    for (const parameter of this.#parameters()) parameter.grad = null;
  }

  /**
   * State and settings in PyTorch's own layout, `{state: {0: {...}}, param_groups: [{...}]}`, ready for `writePt`.
   * Parameters are numbered through all groups. The tensors share the optimizer's arrays.
   */
  stateDict(): Map<string, Saved> {
    const numbers = new Map(this.#parameters().map((parameter, i) => [parameter, i]));
    const state: SavedMap = new Map();
    for (const [parameter, number] of numbers) {
      const saved = this.#savedState(parameter);
      if (saved.size > 0) state.set(number, saved);
    }
    const groups = this.paramGroups.map((group): SavedMap => {
      const entries = this.#settings(group).map(({ saved, value }): [string, Saved] => [
        saved,
        typeof value === "object" ? [...value] : value,
      ]);
      const initial: [string, Saved][] =
        group.initialLr === undefined ? [] : [["initial_lr", group.initialLr]];
      const params = group.params.map((parameter) => numbers.get(parameter) ?? 0);
      return new Map<string, Saved>([
        ...entries,
        ...Object.entries(this.#form.fixed),
        ...initial,
        ["params", params],
      ]);
    });
    return new Map<string, Saved>([
      ["state", state],
      ["param_groups", groups],
    ]);
  }

  /**
   * Continues from a saved state, one of PyTorch's too: settings, step counts and (copied) tensors. As
   * `load_state_dict`.
   * @throws StateDictError when groups, settings or tensors do not fit; nothing has changed then
   */
  loadStateDict(saved: ReadonlyMap<unknown, unknown>): void {
    const groups = saved.get("param_groups");
    const maps = Array.isArray(groups) ? groups.map((group: unknown) => mapOf(group, "param_groups")) : [];
    const sizes = maps
      .map((group) => group.get("params"))
      .map((params) => (Array.isArray(params) ? params.length : 0));
    const own = this.paramGroups.map((group) => group.params.length);
    if (!sameShape(sizes, own)) {
      throw new StateDictError(
        `${this.constructor.name}: expected groups of ${formatShape(own)} parameters, the saved state has ` +
          formatShape(sizes),
      );
    }
    const settings = maps.map((group) => this.#restoredSettings(group));
    const state = mapOf(saved.get("state"), "state");
    const states = this.#parameters().map((parameter, i) => this.#restoredState(parameter, state.get(i)));
    this.paramGroups.forEach((group, i) => Object.assign(group, settings[i]));
    this.#parameters().forEach((parameter, i) => {
      if (states[i] === null) this.#state.delete(parameter);
      else this.#state.set(parameter, states[i]);
    });
  }

  /** Moves one parameter by its gradient. */
  protected abstract update(
    parameter: Parameter,
    grad: Tensor,
    state: ParameterState,
    group: ParamGroup<Settings>,
  ): void;

  /** A tensor of a parameter's state, zeros at first. */
  protected slot(state: ParameterState, name: string, parameter: Parameter): Tensor {
    let tensor = state.slots.get(name);
    if (tensor === undefined) {
      tensor = zerosLike(parameter);
      state.slots.set(name, tensor);
    }
    return tensor;
  }

  #parameters(): Parameter[] {
    return this.paramGroups.flatMap((group) => group.params);
  }

  /** A group's settings, with the names under which PyTorch saves them. */
  #settings(group: ParamGroup<Settings>): { name: string; saved: string; value: Setting }[] {
    const names = Object.keys(this.#form.names) as (keyof Settings)[];
    return names.map((name) => ({
      name: String(name),
      saved: this.#form.names[name],
      value: group[name] as Setting,
    }));
  }

  #stateOf(parameter: Parameter): ParameterState {
    let state = this.#state.get(parameter);
    if (state === undefined) {
      state = { step: 0, slots: new Map() };
      this.#state.set(parameter, state);
    }
    return state;
  }

  #savedState(parameter: Parameter): SavedMap {
    const state = this.#state.get(parameter);
    if (state === undefined) return new Map();
    // PyTorch counts in a float32 tensor.
    const step: [string, Saved][] = this.#form.steps ? [["step", full([], state.step)]] : [];
    return new Map<string, Saved>([...step, ...state.slots]);
  }

  #restoredSettings(saved: ReadonlyMap<unknown, unknown>): Partial<ParamGroup<Settings>> {
    const what = this.constructor.name;
    for (const [name, value] of Object.entries(this.#form.fixed)) {
      if (saved.has(name) && saved.get(name) !== value && !HARMLESS.includes(name)) {
        throw new StateDictError(
          `${what}: expected ${name} = ${value} in the saved state, got ${String(saved.get(name))}`,
        );
      }
    }
    const restored = this.#settings(this.paramGroups[0])
      .filter((setting) => saved.has(setting.saved))
      .map((setting): [string, Setting] => [
        setting.name,
        restoredSetting(what, setting.saved, saved, setting.value),
      ]);
    const initial = saved.get("initial_lr");
    if (typeof initial === "number") restored.push(["initialLr", initial]);
    return Object.fromEntries(restored) as Partial<ParamGroup<Settings>>;
  }

  #restoredState(parameter: Parameter, saved: unknown): ParameterState | null {
    if (saved === undefined) return null;
    const state: ParameterState = { step: 0, slots: new Map() };
    for (const [name, value] of mapOf(saved, "state")) {
      const tensor = tensorOf(value);
      if (name === "step") state.step = tensor === null ? Number(value) : Number(tensor.data[0]);
      else if (tensor !== null) this.#restoreSlot(state, String(name), parameter, tensor);
    }
    return state;
  }

  #restoreSlot(state: ParameterState, name: string, parameter: Parameter, tensor: AnyTensor): void {
    if (!sameShape(tensor.shape, parameter.shape)) {
      throw new StateDictError(
        `${this.constructor.name}: expected ${name} of shape ${formatShape(parameter.shape)}, got ` +
          formatShape(tensor.shape),
      );
    }
    this.slot(state, name, parameter).copyFrom(tensor);
  }
}

function tensorOf(value: unknown): AnyTensor | null {
  return value instanceof Tensor ? (value as AnyTensor) : null;
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

/**
 * @module
 * `captum.attr` in handler source: the methods that candil has, under Captum's names and arguments.
 */

import {
  FeatureAblation,
  GradientShap,
  InputXGradient,
  IntegratedGradients,
  NoiseTunnel,
  Occlusion,
  Saliency,
} from "../../attribution/index.ts";
import type { Attribution, Forward, MethodOptions } from "../../attribution/index.ts";
import { ArgumentError } from "../../errors.ts";
import type { Machine } from "../../python/machine.ts";
import { unsupported } from "../../python/python-error.ts";
import { pyTensor } from "../../python/torch/behaviour.ts";
import { ModuleInstance } from "../../python/torch/module-instance.ts";
import { isFloatTensor, PyTensor } from "../../python/torch/tensor-value.ts";
import { hostFunction } from "../../python/values/host-function.ts";
import { Namespace } from "../../python/values/namespace.ts";
import { kindOf, toInt, toNumber, toText } from "../../python/values/numbers.ts";
import { PyObject } from "../../python/values/object.ts";
import type { Value } from "../../python/values/object.ts";
import { callWith, listOf, truth } from "../../python/values/protocol.ts";
import { raise } from "../../python/values/raise.ts";
import { PyTuple } from "../../python/values/sequences.ts";
import type { Tensor } from "../../tensor/tensor.ts";

/** Arguments of `attribute` beside the inputs, with what each becomes. */
const readers: Readonly<Record<string, (machine: Machine, value: Value) => Partial<MethodOptions>>> = {
  target: (machine, value) => ({ target: targetOf(machine, value) }),
  baselines: (_, value) => ({
    baselines: value instanceof PyTensor ? value.float : toNumber(value, "baselines"),
  }),
  n_steps: (_, value) => ({ nSteps: toInt(value, "n_steps") }),
  method: (_, value) => ({ method: value as NonNullable<MethodOptions["method"]> }),
  internal_batch_size: (_, value) => ({ internalBatchSize: toInt(value, "internal_batch_size") }),
  perturbations_per_eval: (_, value) => ({ perturbationsPerEval: toInt(value, "perturbations_per_eval") }),
  abs: (machine, value) => ({ abs: truth(machine, value) }),
  n_samples: (_, value) => ({ nSamples: toInt(value, "n_samples") }),
  nt_samples: (_, value) => ({ ntSamples: toInt(value, "nt_samples") }),
  nt_type: (_, value) => ({ ntType: value as NonNullable<MethodOptions["ntType"]> }),
  stdevs: (_, value) => ({ stdevs: toNumber(value, "stdevs") }),
  sliding_window_shapes: (machine, value) => ({ slidingWindowShapes: integers(machine, value) }),
  strides: (machine, value) => ({
    strides: value instanceof PyObject ? integers(machine, value) : toInt(value, "strides"),
  }),
  feature_mask: (_, value) => ({
    featureMask:
      value instanceof PyTensor ? value.tensor : raise("TypeError", "feature_mask must be a tensor"),
  }),
};

/** An attribution method as Python's object. */
class PyAttribution extends PyObject {
  override readonly typeName: string;
  readonly method: Attribution<MethodOptions>;

  constructor(typeName: string, method: Attribution<MethodOptions>) {
    super();
    this.typeName = typeName;
    this.method = method;
  }

  override attribute(machine: Machine, name: string): Value | undefined {
    if (name !== "attribute") return undefined;
    return hostFunction("attribute(inputs, **options)", ([inputs, options]) =>
      this.#attribute(machine, inputs, options),
    );
  }

  #attribute(machine: Machine, inputs: Value, given: Value): Value {
    if (!(inputs instanceof PyTensor)) {
      return raise("TypeError", `attribute() takes one tensor, got a ${kindOf(inputs)}`);
    }
    let options: Partial<MethodOptions> = {};
    let withDelta = false;
    for (const key of listOf(machine, given)) {
      const value = given instanceof PyObject ? given.item(machine, key) : null;
      if (key === "return_convergence_delta") withDelta = truth(machine, value);
      else if (value !== null) options = { ...options, ...this.#read(machine, key, value) };
    }
    const { attributions, delta } = this.method.compute([inputs.float], {
      ...options,
      returnConvergenceDelta: withDelta,
    });
    const result = pyTensor(attributions[0]);
    return delta === null ? result : new PyTuple([result, pyTensor(delta)]);
  }

  #read(machine: Machine, key: Value, value: Value): Partial<MethodOptions> {
    const name = toText(key, "an argument's name");
    const read = Object.hasOwn(readers, name) ? readers[name] : undefined;
    if (read === undefined) throw unsupported(`the argument ${name} of ${this.typeName}.attribute`);
    return read(machine, value);
  }
}

function targetOf(machine: Machine, value: Value): number | number[] {
  if (value instanceof PyTensor) return Array.from(value.tensor.data, Number);
  return value instanceof PyObject ? integers(machine, value) : toInt(value, "target");
}

function integers(machine: Machine, value: Value): number[] {
  return listOf(machine, value).map((entry) => toInt(entry, "an entry"));
}

/** The quick ways of modules that handlers explain, by their objects. */
const forwards = new WeakMap<ModuleInstance, Forward>();

/** Lets a module be explained by `forward`, which computes the same and may be faster. */
export function rememberForward(model: ModuleInstance, forward: Forward): void {
  forwards.set(model, forward);
}

/** What is explained: a module, or a function of Python's from tensor to tensor. */
function forwardOf(machine: Machine, model: Value): Forward {
  if (model instanceof ModuleInstance) return forwards.get(model) ?? ((x: Tensor) => model.module.forward(x));
  return (x: Tensor) => {
    const output = callWith(machine, model, pyTensor(x));
    if (output instanceof PyTensor && isFloatTensor(output.tensor)) return output.tensor;
    throw new ArgumentError(
      `the function to explain returned a ${kindOf(output)}; expected a tensor of floats`,
    );
  };
}

const methods: Readonly<Record<string, new (forward: Forward) => Attribution<MethodOptions>>> = {
  IntegratedGradients,
  Saliency,
  InputXGradient,
  GradientShap,
  Occlusion,
  FeatureAblation,
};

const noiseTunnel = hostFunction("NoiseTunnel(attribution_method)", ([inner]) =>
  inner instanceof PyAttribution
    ? new PyAttribution("NoiseTunnel", new NoiseTunnel(inner.method))
    : raise("TypeError", "NoiseTunnel takes an attribution method"),
);

const names: [string, Value][] = Object.entries(methods).map(([name, Method]) => [
  name,
  hostFunction(`${name}(forward_func, multiply_by_inputs=True)`, ([model, multiply], machine) => {
    if (multiply !== true) throw unsupported(`${name} with multiply_by_inputs=False`);
    return new PyAttribution(name, new Method(forwardOf(machine, model)));
  }),
]);

/** An attribution method on a function of candil's, for the handlers that bring one along. */
export function integratedGradients(forward: Forward): Value {
  return new PyAttribution("IntegratedGradients", new IntegratedGradients(forward));
}

const attr = new Namespace("captum.attr", [...names, ["NoiseTunnel", noiseTunnel]]);

/** What handler files import from Captum. */
export const captumModules: readonly Namespace[] = [new Namespace("captum", [["attr", attr]]), attr];

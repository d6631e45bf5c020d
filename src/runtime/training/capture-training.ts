/**
 * @module
 * `capture` for training: the parameters learn, and dropout draws anew in each run.
 */

import { kernels } from "../../kernels/index.ts";
import { isGradEnabled, trace } from "../../autograd/index.ts";
import { Node } from "../../autograd/node.ts";
import { defaultGenerator } from "../../tensor/random.ts";
import { Tensor } from "../../tensor/tensor.ts";
import { CannotCompile } from "../compile.ts";
import type { Equipment } from "../runtime.ts";
import { Runtime } from "../runtime.ts";
import { compileTraining } from "./compile-training.ts";
import { LearnedParameters } from "./learned.ts";
import type { Workshop } from "./stage.ts";
import type { TrainingPlan } from "./training-plan.ts";

/** A captured function: call it as the eager one. */
export interface CapturedTraining {
  (x: Tensor): Tensor;
  /** Why calls with inputs like `x` run eagerly; null when they run by a plan, or when there was none yet. */
  whyEager(x: Tensor): string | null;
}

type Entry = { readonly plan: TrainingPlan } | { readonly reason: string };

/**
 * An eager function of one tensor as a plan that computes the gradients of its parameters, for training steps. The first
 * call with each shape traces the function; what plans cannot do runs eagerly ever after, with the same results. Dropout
 * takes from its generator what it takes eagerly.
 *
 * The function must do the same operations in every call: capture anew after `train()`, `eval()` or a change of a rate.
 * `backward` has to follow its forward before the next call, and once only. The input gets no gradient: with one wanted,
 * the function runs eagerly.
 *
 * Convolutions in front of max-pooling run by Winograd's method, whose rounding depends on where a pixel stands: between
 * values that are equal but for rounding, another may win than eagerly.
 */
export function captureTraining(forward: (x: Tensor) => Tensor): CapturedTraining {
  const runtime = new Runtime();
  const shops = new WeakMap<Equipment, { readonly shop: Workshop; readonly entries: Map<string, Entry> }>();
  const open = (equipment: Equipment): { readonly shop: Workshop; readonly entries: Map<string, Entry> } => {
    let found = shops.get(equipment);
    if (found === undefined) {
      const { machine } = equipment;
      found = { shop: { machine, learned: new LearnedParameters(machine) }, entries: new Map() };
      shops.set(equipment, found);
    }
    return found;
  };

  const captured = (x: Tensor): Tensor => {
    const { equipment } = runtime;
    if (equipment === null || unfit(x) !== null) return forward(x);
    const { shop, entries } = open(equipment);
    const key = x.shape.join(" ");
    let entry = entries.get(key);
    if (entry === undefined) {
      const state = defaultGenerator.getState();
      const { result, calls } = trace(() => forward(x));
      entry = entryFor(shop, x, result, calls);
      entries.set(key, entry);
      // The trace was a run of its own: its result is as good when there is no plan.
      if (!("plan" in entry)) return result;
      defaultGenerator.setState(state);
    }
    return "plan" in entry ? runPlan(entry.plan, x) : forward(x);
  };
  return Object.assign(captured, {
    whyEager(x: Tensor): string | null {
      const { equipment } = runtime;
      if (equipment === null) return "the reference kernels have no plans";
      const entry = open(equipment).entries.get(x.shape.join(" "));
      return unfit(x) ?? (entry !== undefined && "reason" in entry ? entry.reason : null);
    },
  });
}

function unfit(x: Tensor): string | null {
  if (x.dtype !== "float32") return `plans are float32, the input is ${x.dtype}`;
  if (x.numel() === 0) return "the input has no rows";
  if (x.requiresGrad) return "the input wants a gradient";
  return isGradEnabled() ? null : "no gradients are recorded";
}

function entryFor(
  shop: Workshop,
  input: Tensor,
  output: Tensor,
  calls: ReturnType<typeof trace>["calls"],
): Entry {
  const double = calls.find((call) => call.output.dtype !== "float32");
  if (double !== undefined) return { reason: `${double.name} computes in ${double.output.dtype}` };
  try {
    return { plan: compileTraining(shop, { input, output, calls }) };
  } catch (error) {
    if (error instanceof CannotCompile) return { reason: error.message };
    throw error;
  }
}

function runPlan(plan: TrainingPlan, x: Tensor): Tensor {
  const { y, run } = plan.run(x.data);
  const pullback = (
    dy: Float32Array | Float64Array,
    sums: readonly (Float32Array | Float64Array | null)[],
  ): void => plan.backward(run, new Float32Array(dy), sums);
  return new Tensor(y, plan.outShape, "float32", {
    gradFn: new Node("captured training step", plan.parameters, pullback),
  });
}

/**
 * Whether training steps by plans keep PyTorch's losses to 1e-5 on the active kernels. Winograd's rounding without fused
 * multiply-adds is coarse enough to lose that after seven steps, so plain SIMD trains eagerly.
 */
export function keepsTrainingLosses(): boolean {
  return kernels().family === "relaxed-simd";
}

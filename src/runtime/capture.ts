/**
 * @module
 * An eager function as one that runs by plans.
 */

import { isGradEnabled, noGrad, trace } from "../autograd/index.ts";
import { Node } from "../autograd/node.ts";
import type { Shape } from "../tensor/shape.ts";
import { Tensor } from "../tensor/tensor.ts";
import { CannotCompile, compile } from "./compile.ts";
import { describePlan } from "./describe.ts";
import { lineFor } from "./line.ts";
import type { Line, LineRequest } from "./line.ts";
import type { Plan } from "./plan.ts";
import { Runtime } from "./runtime.ts";
import type { Equipment } from "./runtime.ts";

/** Rows beyond which a batch is left to the eager function: plans keep all of their buffers. */
export const MAX_CAPTURED_ROWS = 256;

/** How far a plan may be from the eager result on the input it was captured with: a check of the capture, not of rounding. */
const CHECK = { rtol: 1e-3, atol: 1e-4 };

/** A function that runs by plans, called as the eager one was. */
export interface Captured {
  (x: Tensor): Tensor;
  /**
   * For people: the plan for one shape of the input, a step a line with its time and floating-point operations; or why
   * there is none.
   */
  describe(x: Tensor, options?: { readonly differentiable?: boolean }): string;
  /** Why the function runs eagerly for a shape, or null when it has a plan. */
  whyEager(x: Tensor, options?: { readonly differentiable?: boolean }): string | null;
  /**
   * Σ_k weight_k · dF(x(α_k))/dx on a straight line, where the function has a shorter way to it than its gradient at every point
   * (see docs/runtime.md); null where it has none. The attribution methods that follow a line ask for it.
   */
  sumOfGradients(request: LineRequest, shape: Shape): Float32Array | null;
  /** Forgets all plans and packed weights. To be called when weights were changed. */
  refresh(): void;
}

/** A plan for one shape, or the reason why there is none. */
type Entry = { readonly plan: Plan } | { readonly reason: string };

/** Shapes and numbers of points that are kept; a server sees few. */
const MOST_LINES = 8;

/**
 * Makes an eager function of one tensor fast: on its first call with a shape, the operations that it calls are listened to,
 * and joined into a plan: kernel calls over buffers that are laid out once. Later calls with that shape run the plan. Results and
 * gradients are the eager ones within rounding; gradients with respect to `x` are those of one operation.
 *
 * The function must do the same operations whatever the values of `x` are, as `torch.compile` wants it; its other tensors are
 * constants, which are packed when they are first seen (see {@link Captured.refresh}). Where there can be no plan (float64, the
 * reference kernels, weights that want gradients) the eager function runs, and {@link Captured.whyEager} says why.
 * @param forward a function of a tensor of which the first dimension is the batch
 * @param runtime what several functions over the same weights share
 *
 * @example
 * const fast = capture((x) => net.forward(x));
 * fast(x); // traced
 * fast(x); // planned
 */
export function capture(forward: (x: Tensor) => Tensor, runtime = new Runtime()): Captured {
  const plans = new Map<string, Entry>();
  const lines = new Map<string, Line | null>();
  let equipment: Equipment | null = null;

  const useEquipment = (): void => {
    if (runtime.equipment === equipment) return;
    plans.clear();
    lines.clear();
    ({ equipment } = runtime);
  };
  const entryFor = (x: Tensor, differentiable: boolean): Entry => {
    useEquipment();
    const key = `${differentiable} ${x.shape.join(" ")}`;
    let entry = plans.get(key);
    if (entry === undefined) {
      entry = makeEntry(forward, x, differentiable, equipment);
      plans.set(key, entry);
    }
    return entry;
  };

  const captured = (x: Tensor): Tensor => {
    const differentiable = isGradEnabled() && x.requiresGrad;
    const reason = alwaysEager(x);
    const entry = reason === null ? entryFor(x, differentiable) : { reason };
    return "plan" in entry ? runPlan(entry.plan, x, differentiable) : forward(x);
  };
  const lookUp = (x: Tensor, options: { readonly differentiable?: boolean } = {}): Entry => {
    const reason = alwaysEager(x);
    return reason === null ? entryFor(x, options.differentiable ?? false) : { reason };
  };
  return Object.assign(captured, {
    describe(x: Tensor, options?: { readonly differentiable?: boolean }): string {
      const entry = lookUp(x, options);
      return "plan" in entry ? describePlan(entry.plan) : `eager: ${entry.reason}`;
    },
    whyEager(x: Tensor, options?: { readonly differentiable?: boolean }): string | null {
      const entry = lookUp(x, options);
      return "plan" in entry ? null : entry.reason;
    },
    sumOfGradients(request: LineRequest, shape: Shape): Float32Array | null {
      useEquipment();
      const points = request.alphas.length;
      if (equipment === null || points > MAX_CAPTURED_ROWS) return null;
      const key = `${points} ${shape.join(" ")}`;
      let line = lines.get(key);
      if (line === undefined) {
        line = lineOrNull(forward, shape, points, equipment);
        if (lines.size >= MOST_LINES) lines.clear();
        lines.set(key, line);
      }
      return line?.sumOfGradients(request) ?? null;
    },
    refresh(): void {
      plans.clear();
      lines.clear();
      runtime.reset();
    },
  });
}

function alwaysEager(x: Tensor): string | null {
  if (x.dtype !== "float32") return `plans are float32, the input is ${x.dtype}`;
  if (x.ndim === 0 || x.numel() === 0) return "the input has no rows";
  if (x.shape[0] > MAX_CAPTURED_ROWS) return `more than ${MAX_CAPTURED_ROWS} rows`;
  return null;
}

function makeEntry(
  forward: (x: Tensor) => Tensor,
  x: Tensor,
  differentiable: boolean,
  equipment: Equipment | null,
): Entry {
  if (equipment === null) return { reason: "the reference kernels have no plans" };
  const leaf = new Tensor(x.data, x.shape, x.dtype);
  const { result, calls, reads } = noGrad(() => trace(() => forward(leaf)));
  if (!(result instanceof Tensor)) return { reason: "the function does not return a tensor" };
  if (reads.length > 0) return { reason: reads[0] };
  const open = calls.find((call) => call.inputs.some((input) => input?.requiresGrad === true));
  if (differentiable && open !== undefined) {
    return {
      reason: `${open.name} has weights that require gradients; freeze them with requiresGrad_(false)`,
    };
  }
  try {
    const traced = { input: leaf, output: result, calls };
    const plan = compile(equipment.machine, equipment.weights, traced, { differentiable });
    const { y } = plan.run(new Float32Array(leaf.data));
    return agrees(y, result.data) ? { plan } : { reason: "the plan does not give the eager result" };
  } catch (error) {
    if (error instanceof CannotCompile) return { reason: error.message };
    throw error;
  }
}

function lineOrNull(
  forward: (x: Tensor) => Tensor,
  shape: Shape,
  points: number,
  equipment: Equipment,
): Line | null {
  try {
    return lineFor(forward, shape, points, equipment);
  } catch (error) {
    if (error instanceof CannotCompile) return null;
    throw error;
  }
}

function agrees(y: Float32Array, expected: ArrayLike<number>): boolean {
  return y.every(
    (value, i) =>
      Object.is(value, expected[i]) ||
      Math.abs(value - expected[i]) <= CHECK.atol + CHECK.rtol * Math.abs(expected[i]),
  );
}

function runPlan(plan: Plan, x: Tensor, differentiable: boolean): Tensor {
  const data = new Float32Array(x.data);
  const { y, run: first } = plan.run(data);
  let run = first;
  const gradFn = differentiable
    ? new Node("captured", [x], (dy, [dx]) => {
        if (!dx) return;
        // Another call has used the buffers meanwhile: compute again.
        if (!plan.holds(run)) ({ run } = plan.run(data));
        const gradient = plan.backward(new Float32Array(dy));
        for (let i = 0; i < dx.length; i++) dx[i] += gradient[i];
      })
    : null;
  return new Tensor(y, plan.outShape, "float32", { gradFn });
}

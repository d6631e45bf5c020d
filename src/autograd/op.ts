/**
 * @module
 * The only way onto the graph. It knows no particular operation.
 */

import { DTypeError, formatShape } from "../errors.ts";
import type { FloatArray } from "../kernels/geometry.ts";
import { allocate, isFloat } from "../tensor/dtype.ts";
import type { FloatDType } from "../tensor/dtype.ts";
import { elementCount } from "../tensor/shape.ts";
import type { Shape } from "../tensor/shape.ts";
import { Tensor } from "../tensor/tensor.ts";
import { isGradEnabled } from "./grad-mode.ts";
import { Node } from "./node.ts";
import type { Pullback } from "./node.ts";
import { isTracing, record } from "./trace.ts";
import type { TracedCall } from "./trace.ts";

/** What an operation has decided about one call before any arithmetic: at least the shape of its result. */
export interface Plan {
  readonly outShape: Shape;
}

/** A differentiable operation from tensors `Xs` (an absent optional one is null) to one tensor. */
export interface OpSpec<Xs extends readonly (Tensor | null)[], Options, P extends Plan> {
  /** The exported function's name, for messages. */
  readonly name: string;
  /** Checks everything and computes the geometry. The only place that throws. */
  plan(xs: Xs, options: Options): P;
  /** Fills `y`, which is zero, with one kernel call, and returns the adjoint of that call. */
  forward(y: FloatArray, xs: Xs, plan: P): Pullback;
  /** True for a change of shape alone: `y` is the first input's own array, and `forward` has nothing to fill. */
  readonly alias?: boolean;
}

/** A differentiable operation: call it to compute and, where some input requires a gradient, to record. */
export interface Op<Xs extends readonly (Tensor | null)[], Options, P extends Plan> {
  (xs: Xs, options: Options): Tensor;
  /** The plan of a traced call, or null when it is another operation's. */
  readonly planOf: (call: TracedCall) => P | null;
}

/**
 * Makes the function that checks, computes and, where some input requires a gradient, records. All inputs must be of one
 * floating-point dtype, which is the result's.
 * @throws DTypeError when inputs are not floating-point or differ in dtype
 */
export function defineOp<Xs extends readonly (Tensor | null)[], Options, P extends Plan>(
  spec: OpSpec<Xs, Options, P>,
): Op<Xs, Options, P> {
  const plans = new WeakMap<TracedCall, P>();
  const call = (xs: Xs, options: Options): Tensor => {
    const dtype = commonDType(spec.name, xs);
    const plan = spec.plan(xs, options);
    const y =
      spec.alias === true && xs[0] !== null ? xs[0].data : allocate(dtype, elementCount(plan.outShape));
    const pullback = spec.forward(y, xs, plan);
    const recorded = isGradEnabled() && xs.some((x) => x !== null && x.requiresGrad);
    const output = new Tensor(y, plan.outShape, dtype, {
      gradFn: recorded ? new Node(spec.name, xs, pullback) : null,
    });
    if (isTracing()) {
      const traced: TracedCall = {
        name: spec.name,
        inputs: xs,
        output,
        plan,
        alias: spec.alias === true,
        compute: (again, inputs) => spec.forward(again, inputs as Xs, plan),
      };
      plans.set(traced, plan);
      record(traced);
    }
    return output;
  };
  return Object.assign(call, { planOf: (traced: TracedCall) => plans.get(traced) ?? null });
}

function commonDType(op: string, xs: readonly (Tensor | null)[]): FloatDType {
  let common: FloatDType | null = null;
  for (const x of xs) {
    if (x === null) continue;
    if (!isFloat(x.dtype)) {
      throw new DTypeError(
        `${op}: expected a floating-point tensor, got ${String(x.dtype)} of shape ${formatShape(x.shape)}; ` +
          'convert it with .to("float32")',
      );
    }
    if (common !== null && x.dtype !== common) {
      throw new DTypeError(
        `${op}: inputs differ in dtype: ${common} and ${x.dtype}; convert one with .to(...)`,
      );
    }
    common = x.dtype;
  }
  if (common === null) throw new DTypeError(`${op}: expected at least one tensor`);
  return common;
}

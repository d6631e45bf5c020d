/**
 * @module
 * Whether a traced function is one whose gradients along a line have the short way of ./line.ts, and its parts.
 */

import type { TracedCall } from "../autograd/index.ts";
import { conv2dPlanOf } from "../ops/conv2d.ts";
import type { Conv2dPlan } from "../ops/conv2d.ts";
import { maxPool2dPlanOf } from "../ops/max-pool2d.ts";
import type { MaxPool2dPlan } from "../ops/max-pool2d.ts";
import { reluPlanOf } from "../ops/relu.ts";
import type { Tensor } from "../tensor/tensor.ts";
import type { Traced } from "./compile.ts";
import { canLowerConv2d } from "./lower-conv2d.ts";
import { canLowerMaxPool2d } from "./lower-pool.ts";

/** Convolution, rectifier, convolution, perhaps a rectifier, 2 × 2 max-pool, and whatever follows. */
export interface LineParts {
  readonly first: TracedCall;
  readonly relu: TracedCall;
  readonly second: { readonly weight: Tensor; readonly bias: Tensor | null; readonly g: Conv2dPlan };
  readonly pool: MaxPool2dPlan;
  /** Whether what is pooled is rectified. */
  readonly rectify: boolean;
  /** From the pool's result to the function's. */
  readonly tail: Traced;
}

/** The parts, or null when the function is of another form. */
export function linePartsOf({ input, output, calls }: Traced): LineParts | null {
  const readers = (tensor: Tensor): number =>
    calls.reduce((count, call) => count + call.inputs.filter((x) => x === tensor).length, 0);
  const rest = [...calls];
  /** The next call, when it alone reads `x`. */
  const next = (x: Tensor): TracedCall | null => {
    const call = rest[0];
    if (call === undefined || call.inputs[0] !== x || readers(x) !== 1 || x === output) return null;
    rest.shift();
    return call;
  };
  const constant = (tensor: Tensor | null | undefined): tensor is Tensor =>
    tensor !== null && tensor !== undefined && !calls.some((call) => call.output === tensor);

  const first = next(input);
  const g1 = first === null ? null : conv2dPlanOf(first);
  const relu = first === null ? null : next(first.output);
  if (first === null || g1 === null || relu === null || reluPlanOf(relu) === null) return null;
  const second = next(relu.output);
  const g = second === null ? null : conv2dPlanOf(second);
  if (second === null || g === null) return null;
  let after = next(second.output);
  const rectify = after !== null && reluPlanOf(after) !== null;
  if (after !== null && rectify) after = next(after.output);
  const pool = after === null ? null : maxPool2dPlanOf(after);
  if (after === null || pool === null) return null;
  const [, weight1, bias1] = first.inputs;
  const [, weight, bias] = second.inputs;
  if (!constant(weight1) || (bias1 !== null && !constant(bias1)) || first.output.shape.length !== 4)
    return null;
  if (!constant(weight) || (bias !== null && !constant(bias)) || !isSimple(g)) return null;
  if (!canLowerConv2d({ x: input, weight: weight1, bias: bias1, g: g1 })) return null;
  if (!canLowerMaxPool2d(pool) || after.output === output) return null;
  return {
    first,
    relu,
    second: { weight, bias, g },
    pool,
    rectify,
    tail: { input: after.output, output, calls: rest },
  };
}

/** Stride and dilation of 1, no groups, whole blocks of channels, and padding that the taps can reach. */
function isSimple(g: Conv2dPlan): boolean {
  return (
    g.groups === 1 &&
    g.strideHeight === 1 &&
    g.strideWidth === 1 &&
    g.dilationHeight === 1 &&
    g.dilationWidth === 1 &&
    g.padTop < g.kernelHeight &&
    g.padLeft < g.kernelWidth &&
    g.outChannels % 8 === 0 &&
    g.inChannels >= 8
  );
}

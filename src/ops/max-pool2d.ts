/**
 * @module
 * Max pooling, with or without the places of the maxima.
 */

import { defineOp } from "../autograd/op.ts";
import { ArgumentError } from "../errors.ts";
import { kernels } from "../kernels/index.ts";
import { Tensor } from "../tensor/tensor.ts";
import { planPool2d } from "./pool2d.ts";
import type { Pool2dOptions, Pool2dPlan } from "./pool2d.ts";
import type { Pair } from "./window2d.ts";

/** Options of {@link maxPool2d}, with PyTorch's defaults. */
export interface MaxPool2dOptions extends Pool2dOptions {
  /** Distance between the pixels of one window; 1. */
  readonly dilation?: Pair;
}

/** What {@link maxPool2dWithIndices} returns. */
export interface MaxPool2dResult {
  /** The maximum of each window. */
  readonly values: Tensor;
  /** Where it was: `row · W + column` in its plane of the input, padding not counted. Shape of `values`. */
  readonly indices: Tensor<"int64">;
}

interface Call extends MaxPool2dOptions {
  readonly kernelSize: Pair;
  /** Is given the places of the maxima. */
  readonly receive: ((argmax: Int32Array) => void) | null;
}

/** What maxPool2d decided about one call. */
export interface MaxPool2dPlan extends Pool2dPlan {
  readonly receive: Call["receive"];
}

const op = defineOp<readonly [Tensor], Call, MaxPool2dPlan>({
  name: "maxPool2d",
  plan([x], call) {
    const plan = planPool2d("maxPool2d", x.shape, call.kernelSize, call);
    checkEveryWindowSeesThePicture(plan);
    return { ...plan, receive: call.receive };
  },
  forward(y, [x], plan) {
    const argmax = new Int32Array(y.length);
    kernels().maxPool2dForward(y, argmax, x.data, plan);
    plan.receive?.(argmax);
    return (dy, [dx]) => {
      if (dx) kernels().maxPool2dBackward(dx, dy, argmax, plan);
    };
  },
});

/** The plan of a traced maxPool2d, else null. */
export const maxPool2dPlanOf = op.planOf;

/**
 * The largest value of each window. As `torch.nn.functional.max_pool2d`: padding never wins; of equal values the first
 * in row-major order takes the whole gradient; NaN wins over every number. Where a dilated window falls between the
 * pixels, on nothing but padding, this throws, while PyTorch gives -Infinity and an index that is none.
 * @param x `[N, C, H, W]` or `[C, H, W]`
 * @param kernelSize of the window, one number or [height, width]
 * @returns `[N, C, H', W']` with `H' = ⌊(H + 2p − d(k − 1) − 1) / s⌋ + 1`, rounded up in ceil mode, or without `N`
 * @throws ShapeError when `x` is not an image, or is smaller than one window
 * @throws ArgumentError when an option is out of range, the padding exceeds half of the kernel, or a window sees only
 * padding
 */
export function maxPool2d(x: Tensor, kernelSize: Pair, options: MaxPool2dOptions = {}): Tensor {
  return op([x], { ...options, kernelSize, receive: null });
}

/**
 * As {@link maxPool2d}, and where each maximum was. As `max_pool2d` with `return_indices=True`.
 * @throws as {@link maxPool2d}
 */
export function maxPool2dWithIndices(
  x: Tensor,
  kernelSize: Pair,
  options: MaxPool2dOptions = {},
): MaxPool2dResult {
  let argmax: Int32Array = new Int32Array(0);
  const receive = (found: Int32Array): void => {
    argmax = found;
  };
  const values = op([x], { ...options, kernelSize, receive });
  return { values, indices: new Tensor(BigInt64Array.from(argmax, BigInt), values.shape, "int64") };
}

/** Without dilation the limit on padding sees to it; with one, taps may fall on both sides of a small picture. */
function checkEveryWindowSeesThePicture(g: Pool2dPlan): void {
  const rows = everyWindowHits(
    g.inHeight,
    g.outHeight,
    g.strideHeight,
    g.padTop,
    g.kernelHeight,
    g.dilationHeight,
  );
  const columns = everyWindowHits(
    g.inWidth,
    g.outWidth,
    g.strideWidth,
    g.padLeft,
    g.kernelWidth,
    g.dilationWidth,
  );
  if (!rows || !columns) {
    throw new ArgumentError(
      `maxPool2d: with padding [${g.padTop}, ${g.padLeft}] and dilation [${g.dilationHeight}, ${g.dilationWidth}] a ` +
        `window on the ${g.inHeight} x ${g.inWidth} input sees only padding; use less of either`,
    );
  }
}

/** Whether each of the `count` windows of one direction has a tap in [0, size). */
function everyWindowHits(
  size: number,
  count: number,
  stride: number,
  pad: number,
  taps: number,
  dilation: number,
): boolean {
  for (let i = 0; i < count; i++) {
    const start = i * stride - pad;
    const firstTap = start < 0 ? Math.ceil(-start / dilation) : 0;
    if (firstTap >= taps || start + firstTap * dilation >= size) return false;
  }
  return true;
}

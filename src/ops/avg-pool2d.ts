/**
 * @module
 * Average pooling.
 */

import { defineOp } from "../autograd/op.ts";
import { ArgumentError } from "../errors.ts";
import { avgPool2dBackward, avgPool2dForward } from "../kernels/reference/pool2d.ts";
import type { AvgPool2dGeometry } from "../kernels/reference/pool2d.ts";
import type { Tensor } from "../tensor/tensor.ts";
import { planPool2d } from "./pool2d.ts";
import type { Pool2dOptions, Pool2dPlan } from "./pool2d.ts";
import type { Pair } from "./window2d.ts";

/** Options of {@link avgPool2d}, with PyTorch's defaults. */
export interface AvgPool2dOptions extends Pool2dOptions {
  /** Whether padding counts in the divisor; true. */
  readonly countIncludePad?: boolean;
  /** Divides each window's sum in place of its area; null. */
  readonly divisorOverride?: number | null;
}

interface Call extends AvgPool2dOptions {
  readonly kernelSize: Pair;
}

const op = defineOp<readonly [Tensor], Call, Pool2dPlan & AvgPool2dGeometry>({
  name: "avgPool2d",
  plan([x], call) {
    const divisorOverride = call.divisorOverride ?? null;
    if (divisorOverride !== null && (!Number.isInteger(divisorOverride) || divisorOverride === 0)) {
      throw new ArgumentError(
        `avgPool2d: expected divisorOverride to be an integer other than 0, or null, got ${divisorOverride}`,
      );
    }
    const windows = planPool2d("avgPool2d", x.shape, call.kernelSize, { ...call, dilation: 1 });
    return { ...windows, countIncludePad: call.countIncludePad ?? true, divisorOverride };
  },
  forward(y, [x], plan) {
    avgPool2dForward(y, x.data, plan);
    return (dy, [dx]) => {
      if (dx) avgPool2dBackward(dx, dy, plan);
    };
  },
});

/**
 * The mean of each window. As `torch.nn.functional.avg_pool2d`: the divisor is the window's area inside the padded
 * image, or inside the image itself without `countIncludePad`; a window of ceil mode that reaches beyond both counts
 * only what it covers. Accumulated in float64.
 * @param x `[N, C, H, W]` or `[C, H, W]`
 * @param kernelSize of the window, one number or [height, width]
 * @returns `[N, C, H', W']` with `H' = ⌊(H + 2p − k) / s⌋ + 1`, rounded up in ceil mode, or without `N`
 * @throws ShapeError when `x` is not an image, or is smaller than one window
 * @throws ArgumentError when an option is out of range, or the padding exceeds half of the kernel
 */
export function avgPool2d(x: Tensor, kernelSize: Pair, options: AvgPool2dOptions = {}): Tensor {
  return op([x], { ...options, kernelSize });
}

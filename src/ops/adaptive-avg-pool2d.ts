/**
 * @module
 * Average pooling to a given size.
 */

import { defineOp } from "../autograd/op.ts";
import { ArgumentError, formatShape, ShapeError } from "../errors.ts";
import { adaptiveAvgPool2dBackward, adaptiveAvgPool2dForward } from "../kernels/reference/adaptive-pool2d.ts";
import type { AdaptivePool2dGeometry } from "../kernels/reference/adaptive-pool2d.ts";
import type { Shape } from "../tensor/shape.ts";
import type { Tensor } from "../tensor/tensor.ts";
import { imageShape } from "./window2d.ts";

/** A wanted size, [height, width] or one number for both; null keeps the input's. */
export type OutputSize = number | null | readonly [number | null, number | null];

interface AdaptivePlan extends AdaptivePool2dGeometry {
  readonly outShape: Shape;
}

const op = defineOp<readonly [Tensor], OutputSize, AdaptivePlan>({
  name: "adaptiveAvgPool2d",
  plan: ([x], outputSize) => planAdaptive(x.shape, outputSize),
  forward(y, [x], plan) {
    adaptiveAvgPool2dForward(y, x.data, plan);
    return (dy, [dx]) => {
      if (dx) adaptiveAvgPool2dBackward(dx, dy, plan);
    };
  },
});

/**
 * Averages an image down (or spreads it up) to a given size: output row i is the mean of input rows
 * `⌊i·H/H'⌋` to `⌈(i+1)·H/H'⌉ − 1`, and columns alike. As `torch.nn.functional.adaptive_avg_pool2d`; accumulated in
 * float64.
 * @param x `[N, C, H, W]` or `[C, H, W]`
 * @param outputSize H' and W', or one number for both; null keeps that size
 * @returns `[N, C, H', W']`, or without `N`
 * @throws ShapeError when `x` is not an image or has no pixels
 * @throws ArgumentError when a wanted size is not an integer >= 0
 *
 * @example
 * adaptiveAvgPool2d(zeros([1, 512, 7, 7]), 1).shape; // [1, 512, 1, 1]
 */
export function adaptiveAvgPool2d(x: Tensor, outputSize: OutputSize): Tensor {
  return op([x], outputSize);
}

function planAdaptive(x: Shape, outputSize: OutputSize): AdaptivePlan {
  const image = imageShape("adaptiveAvgPool2d", x);
  if (image.height === 0 || image.width === 0) {
    throw new ShapeError(`adaptiveAvgPool2d: expected an input with pixels, got ${formatShape(x)}`);
  }
  const wanted =
    typeof outputSize === "object" && outputSize !== null ? outputSize : [outputSize, outputSize];
  const outHeight = wanted[0] ?? image.height;
  const outWidth = wanted[1] ?? image.width;
  if (wanted.length !== 2 || ![outHeight, outWidth].every((size) => Number.isInteger(size) && size >= 0)) {
    throw new ArgumentError(
      "adaptiveAvgPool2d: expected outputSize to be an integer >= 0, null, or a pair of these, " +
        `got ${JSON.stringify(outputSize)}`,
    );
  }
  return {
    outShape: [...x.slice(0, -2), outHeight, outWidth],
    planes: image.batch * image.channels,
    inHeight: image.height,
    inWidth: image.width,
    outHeight,
    outWidth,
  };
}

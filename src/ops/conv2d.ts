/**
 * @module
 * Two-dimensional convolution.
 */

import { defineOp } from "../autograd/op.ts";
import { ArgumentError, formatShape, ShapeError } from "../errors.ts";
import type { Conv2dGeometry } from "../kernels/geometry.ts";
import { kernels } from "../kernels/index.ts";
import { conv2dBackwardBias } from "../kernels/reference/conv2d.ts";
import type { Shape } from "../tensor/shape.ts";
import type { Tensor } from "../tensor/tensor.ts";
import { checkedPair, effectiveKernel, imageShape, windowCount } from "./window2d.ts";
import type { Pair } from "./window2d.ts";

/** Options of {@link conv2d}, with PyTorch's defaults. */
export interface Conv2dOptions {
  /** Distance between window positions; 1. */
  readonly stride?: Pair;
  /**
   * Zeros around the image; 0. `"valid"` is none; `"same"` keeps the size at stride 1, with the odd zero on the right
   * and at the bottom.
   */
  readonly padding?: Pair | "same" | "valid";
  /** Distance between the taps of the kernel; 1. */
  readonly dilation?: Pair;
  /** Number of groups of channels that do not see each other; 1. */
  readonly groups?: number;
}

/** What conv2d decided about one call. */
export interface Conv2dPlan extends Conv2dGeometry {
  readonly outShape: Shape;
}

type Inputs = readonly [Tensor, Tensor, Tensor | null];

const op = defineOp<Inputs, Conv2dOptions, Conv2dPlan>({
  name: "conv2d",
  plan: ([x, weight, bias], options) => planConv2d(x.shape, weight.shape, bias?.shape ?? null, options),
  forward(y, [x, weight, bias], plan) {
    kernels().conv2dForward(y, x.data, weight.data, bias?.data ?? null, plan);
    return (dy, [dx, dweight, dbias]) => {
      if (dx) kernels().conv2dBackwardInput(dx, dy, weight.data, plan);
      if (dweight) kernels().conv2dBackwardWeight(dweight, dy, x.data, plan);
      if (dbias) conv2dBackwardBias(dbias, dy, plan);
    };
  },
});

/** The plan of a traced conv2d, else null; its inputs are picture, weight and bias. */
export const conv2dPlanOf = op.planOf;

/**
 * The cross-correlation of an image with a bank of kernels:
 * `y[n, o, i, j] = bias[o] + Σ_c,u,v weight[o, c, u, v] · x[n, c, i·s + u·d − p, j·s + v·d − p]`.
 * As `torch.nn.functional.conv2d`; equal windows give bitwise equal results wherever they lie.
 * @param x `[N, C, H, W]` or `[C, H, W]`
 * @param weight `[O, C / groups, kH, kW]`
 * @param bias `[O]`
 * @returns `[N, O, H', W']` with `H' = ⌊(H + 2p − d(kH − 1) − 1) / s⌋ + 1`, or without `N`
 * @throws ShapeError when the shapes do not fit each other
 * @throws ArgumentError when an option is out of range, or "same" meets a stride other than 1
 */
export function conv2d(
  x: Tensor,
  weight: Tensor,
  bias: Tensor | null = null,
  options: Conv2dOptions = {},
): Tensor {
  return op([x, weight, bias], options);
}

function planConv2d(x: Shape, weight: Shape, bias: Shape | null, options: Conv2dOptions): Conv2dPlan {
  const image = imageShape("conv2d", x);
  if (weight.length !== 4) {
    throw new ShapeError(`conv2d: expected a weight [O, C / groups, kH, kW], got ${formatShape(weight)}`);
  }
  const [outChannels, channelsPerGroup, kernelHeight, kernelWidth] = weight;
  const [strideHeight, strideWidth] = checkedPair("conv2d", "stride", options.stride ?? 1, 1);
  const [dilationHeight, dilationWidth] = checkedPair("conv2d", "dilation", options.dilation ?? 1, 1);
  const groups = options.groups ?? 1;
  checkChannels(image.channels, weight, bias, groups);
  const effective = [
    effectiveKernel(kernelHeight, dilationHeight),
    effectiveKernel(kernelWidth, dilationWidth),
  ];
  const [padTop, padBottom, padLeft, padRight] = padding(options, effective, [strideHeight, strideWidth]);
  const outHeight = windowCount(image.height, padTop + padBottom, effective[0], strideHeight);
  const outWidth = windowCount(image.width, padLeft + padRight, effective[1], strideWidth);
  if (outHeight < 1 || outWidth < 1) {
    throw new ShapeError(
      `conv2d: the kernel spans ${formatShape(effective)}, more than the padded input ` +
        `${formatShape([image.height + padTop + padBottom, image.width + padLeft + padRight])}`,
    );
  }
  return {
    outShape: [...(image.unbatched ? [] : [image.batch]), outChannels, outHeight, outWidth],
    batch: image.batch,
    inChannels: channelsPerGroup * groups,
    inHeight: image.height,
    inWidth: image.width,
    outChannels,
    outHeight,
    outWidth,
    kernelHeight,
    kernelWidth,
    strideHeight,
    strideWidth,
    padTop,
    padLeft,
    dilationHeight,
    dilationWidth,
    groups,
  };
}

function checkChannels(channels: number, weight: Shape, bias: Shape | null, groups: number): void {
  const [outChannels, channelsPerGroup] = weight;
  if (!Number.isInteger(groups) || groups < 1) {
    throw new ArgumentError(`conv2d: expected groups to be an integer >= 1, got ${groups}`);
  }
  if (channelsPerGroup * groups !== channels) {
    throw new ShapeError(
      `conv2d: weight ${formatShape(weight)} with groups = ${groups} takes ${channelsPerGroup * groups} input ` +
        `channels, got an input with ${channels}`,
    );
  }
  if (outChannels % groups !== 0) {
    throw new ShapeError(
      `conv2d: ${outChannels} output channels of weight ${formatShape(weight)} do not divide into ${groups} groups`,
    );
  }
  if (bias !== null && (bias.length !== 1 || bias[0] !== outChannels)) {
    throw new ShapeError(
      `conv2d: expected a bias [${outChannels}] for weight ${formatShape(weight)}, got ${formatShape(bias)}`,
    );
  }
}

/** Padding as [top, bottom, left, right]. */
function padding(
  options: Conv2dOptions,
  effective: readonly number[],
  stride: readonly number[],
): readonly [number, number, number, number] {
  const wanted = options.padding ?? 0;
  if (wanted === "valid") return [0, 0, 0, 0];
  if (wanted === "same") {
    if (stride[0] !== 1 || stride[1] !== 1) {
      throw new ArgumentError(
        `conv2d: padding "same" needs a stride of 1, got ${formatShape(stride)}; give the padding in numbers`,
      );
    }
    const before = effective.map((size) => Math.floor((size - 1) / 2));
    return [before[0], effective[0] - 1 - before[0], before[1], effective[1] - 1 - before[1]];
  }
  const [vertical, horizontal] = checkedPair("conv2d", "padding", wanted, 0);
  return [vertical, vertical, horizontal, horizontal];
}

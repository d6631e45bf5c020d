/**
 * @module
 * What the pools share: their options and the geometry of their windows.
 */

import { ArgumentError, formatShape, ShapeError } from "../errors.ts";
import type { Pool2dGeometry } from "../kernels/geometry.ts";
import type { Shape } from "../tensor/shape.ts";
import { checkedPair, effectiveKernel, imageShape, windowCount } from "./window2d.ts";
import type { Pair } from "./window2d.ts";

/** Options of pools, with PyTorch's defaults. */
export interface Pool2dOptions {
  /** Distance between window positions; the kernel's size. */
  readonly stride?: Pair;
  /** Rows and columns of padding on either side, at most half of the kernel; 0. */
  readonly padding?: Pair;
  /** Whether a last window that reaches beyond the padded image counts; false. */
  readonly ceilMode?: boolean;
}

/** The windows of one call. */
export interface Pool2dPlan extends Pool2dGeometry {
  readonly outShape: Shape;
}

/**
 * Checks a pool's arguments and places its windows.
 * @throws ShapeError when `x` is not an image, or is smaller than one window
 * @throws ArgumentError when an option is out of range
 */
export function planPool2d(
  op: string,
  x: Shape,
  kernelSize: Pair,
  options: Pool2dOptions & { readonly dilation?: Pair },
): Pool2dPlan {
  const image = imageShape(op, x);
  if (image.channels < 1) {
    throw new ShapeError(`${op}: expected an input with channels, got ${formatShape(x)}`);
  }
  const kernel = checkedPair(op, "kernelSize", kernelSize, 1);
  const stride = checkedPair(op, "stride", options.stride ?? kernel, 1);
  const padding = checkedPair(op, "padding", options.padding ?? 0, 0);
  const dilation = checkedPair(op, "dilation", options.dilation ?? 1, 1);
  if (padding[0] * 2 > kernel[0] || padding[1] * 2 > kernel[1]) {
    throw new ArgumentError(
      `${op}: expected padding of at most half of the kernel ${formatShape(kernel)}, got ${formatShape(padding)}`,
    );
  }
  const size = [image.height, image.width];
  const span = kernel.map((taps, d) => effectiveKernel(taps, dilation[d]));
  const [outHeight, outWidth] = size.map((inSize, d) =>
    windowCount(inSize, 2 * padding[d], span[d], stride[d], options.ceilMode ?? false),
  );
  if (outHeight < 1 || outWidth < 1) {
    throw new ShapeError(
      `${op}: the window spans ${formatShape(span)}, more than the padded input ` +
        `${formatShape([size[0] + 2 * padding[0], size[1] + 2 * padding[1]])} of ${formatShape(x)}`,
    );
  }
  return {
    outShape: [...x.slice(0, -2), outHeight, outWidth],
    batch: image.batch,
    channels: image.channels,
    inHeight: image.height,
    inWidth: image.width,
    outHeight,
    outWidth,
    kernelHeight: kernel[0],
    kernelWidth: kernel[1],
    strideHeight: stride[0],
    strideWidth: stride[1],
    padTop: padding[0],
    padLeft: padding[1],
    dilationHeight: dilation[0],
    dilationWidth: dilation[1],
  };
}

/** @module A traced convolution, and what every way of computing it has to know. */

import type { Conv2dPlan } from "../ops/conv2d.ts";
import type { Tensor } from "../tensor/tensor.ts";
import type { BlockShape } from "./place.ts";

/** A convolution that was traced. */
export interface Conv2dCall {
  readonly x: Tensor;
  readonly weight: Tensor;
  readonly bias: Tensor | null;
  readonly g: Conv2dPlan;
}

/** For people: what a step computes. */
export function nameOf(op: string, { g }: Conv2dCall, rectify: boolean): string {
  const kernel = `${g.outChannels} x ${g.inChannels} x ${g.kernelHeight} x ${g.kernelWidth}`;
  return `${op}${rectify ? " + relu" : ""} ${kernel} on ${g.batch} x ${g.inHeight} x ${g.inWidth}`;
}

/** A multiplication and an addition for each weight and output pixel. */
export function flopsOf(g: Conv2dPlan): number {
  const filter = g.inChannels * g.kernelHeight * g.kernelWidth;
  return 2 * g.batch * g.outChannels * g.outHeight * g.outWidth * filter;
}

/** The input's picture. */
export function inPicture(g: Conv2dPlan): BlockShape {
  return { images: g.batch, channels: g.inChannels, height: g.inHeight, width: g.inWidth };
}

/** The result's picture. */
export function outPicture(g: Conv2dPlan): BlockShape {
  return { images: g.batch, channels: g.outChannels, height: g.outHeight, width: g.outWidth };
}

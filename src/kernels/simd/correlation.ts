/**
 * @module
 * conv2d and its adjoint with respect to the input as one thing: a target picture in which every pixel is a weighted
 * sum over source pixels. ./contraction.ts computes it with eight channels at a time, ./sliding.ts with a row at a time.
 */

import type { Conv2dGeometry } from "../geometry.ts";
import { backwardSweeps, forwardSweep, type Sweep } from "./sweep.ts";

/** A target `[batch, targetChannels, targetHeight, targetWidth]` computed from a source picture and a weight. */
export interface Correlation {
  readonly batch: number;
  readonly groups: number;
  readonly source: Float32Array;
  readonly sourceChannels: number;
  readonly sourceHeight: number;
  readonly sourceWidth: number;
  readonly target: Float32Array;
  readonly targetChannels: number;
  readonly targetHeight: number;
  readonly targetWidth: number;
  /** One sweep forward; backward one for each residue modulo the stride. */
  readonly rows: readonly Sweep[];
  readonly columns: readonly Sweep[];
  readonly weight: Float32Array;
  readonly kernelWidth: number;
  /** Distance in `weight` between two target channels (lanes), two source channels (depth), two groups. */
  readonly laneStride: number;
  readonly depthStride: number;
  readonly groupStride: number;
  /** Where sums start; with `add` null. */
  readonly bias: Float32Array | null;
  /** Whether sums are added to the target instead of overwriting it. */
  readonly add: boolean;
}

/** y = x ⋆ weight + bias. */
export function forwardCorrelation(
  y: Float32Array,
  x: Float32Array,
  weight: Float32Array,
  bias: Float32Array | null,
  g: Conv2dGeometry,
): Correlation {
  const kernelPlane = g.kernelHeight * g.kernelWidth;
  const filter = (g.inChannels / g.groups) * kernelPlane;
  return {
    batch: g.batch,
    groups: g.groups,
    source: x,
    sourceChannels: g.inChannels,
    sourceHeight: g.inHeight,
    sourceWidth: g.inWidth,
    target: y,
    targetChannels: g.outChannels,
    targetHeight: g.outHeight,
    targetWidth: g.outWidth,
    rows: [forwardSweep(g.outHeight, g.kernelHeight, g.strideHeight, g.padTop, g.dilationHeight)],
    columns: [forwardSweep(g.outWidth, g.kernelWidth, g.strideWidth, g.padLeft, g.dilationWidth)],
    weight,
    kernelWidth: g.kernelWidth,
    laneStride: filter,
    depthStride: kernelPlane,
    groupStride: (g.outChannels / g.groups) * filter,
    bias,
    add: false,
  };
}

/** dx += the adjoint: source and target change places, and so do the two channel strides of the weight. */
export function backwardCorrelation(
  dx: Float32Array,
  dy: Float32Array,
  weight: Float32Array,
  g: Conv2dGeometry,
): Correlation {
  const kernelPlane = g.kernelHeight * g.kernelWidth;
  const filter = (g.inChannels / g.groups) * kernelPlane;
  return {
    batch: g.batch,
    groups: g.groups,
    source: dy,
    sourceChannels: g.outChannels,
    sourceHeight: g.outHeight,
    sourceWidth: g.outWidth,
    target: dx,
    targetChannels: g.inChannels,
    targetHeight: g.inHeight,
    targetWidth: g.inWidth,
    rows: backwardSweeps(g.inHeight, g.kernelHeight, g.strideHeight, g.padTop, g.dilationHeight),
    columns: backwardSweeps(g.inWidth, g.kernelWidth, g.strideWidth, g.padLeft, g.dilationWidth),
    weight,
    kernelWidth: g.kernelWidth,
    laneStride: kernelPlane,
    depthStride: filter,
    groupStride: (g.outChannels / g.groups) * filter,
    bias: null,
    add: true,
  };
}

/** @module Geometries for the kernel tests, chosen by hand or drawn by fast-check. */

import fc from "fast-check";
import type { Conv2dGeometry, MatmulGeometry, Pool2dGeometry } from "../../src/kernels/index.ts";

/** The seed of every drawn test: the same cases in every run. */
export const SEED = 20261124;

/** A convolution by its parameters; output sizes follow, with the padding equal on both sides. */
export function convGeometry(
  options: Partial<Omit<Conv2dGeometry, "outHeight" | "outWidth">> & { inHeight: number; inWidth: number },
): Conv2dGeometry {
  const window = {
    batch: 1,
    inChannels: 1,
    outChannels: 1,
    groups: 1,
    kernelHeight: 3,
    kernelWidth: 3,
    strideHeight: 1,
    strideWidth: 1,
    padTop: 0,
    padLeft: 0,
    dilationHeight: 1,
    dilationWidth: 1,
    ...options,
  };
  const reachHeight = (window.kernelHeight - 1) * window.dilationHeight + 1;
  const reachWidth = (window.kernelWidth - 1) * window.dilationWidth + 1;
  return {
    ...window,
    outHeight: Math.floor((window.inHeight + 2 * window.padTop - reachHeight) / window.strideHeight) + 1,
    outWidth: Math.floor((window.inWidth + 2 * window.padLeft - reachWidth) / window.strideWidth) + 1,
  };
}

/** Lengths of a convolution's arrays. */
export function convLengths(g: Conv2dGeometry): { x: number; y: number; weight: number } {
  return {
    x: g.batch * g.inChannels * g.inHeight * g.inWidth,
    y: g.batch * g.outChannels * g.outHeight * g.outWidth,
    weight: g.outChannels * (g.inChannels / g.groups) * g.kernelHeight * g.kernelWidth,
  };
}

/**
 * Convolutions of every kind: uneven strides, dilations and kernels, padding that differs between the sides or is
 * larger than the kernel, inputs with rows that no window reaches, groups of any width, channels for several blocks.
 */
export const anyConv: fc.Arbitrary<Conv2dGeometry> = fc
  .record({
    batch: fc.integer({ min: 0, max: 3 }),
    groups: fc.oneof({ weight: 2, arbitrary: fc.constant(1) }, fc.integer({ min: 2, max: 5 })),
    groupIn: fc.oneof(
      { weight: 3, arbitrary: fc.integer({ min: 1, max: 9 }) },
      fc.integer({ min: 10, max: 70 }),
    ),
    groupOut: fc.integer({ min: 1, max: 20 }),
    kernelHeight: fc.integer({ min: 1, max: 4 }),
    kernelWidth: fc.integer({ min: 1, max: 4 }),
    strideHeight: fc.integer({ min: 1, max: 3 }),
    strideWidth: fc.integer({ min: 1, max: 3 }),
    dilationHeight: fc.integer({ min: 1, max: 3 }),
    dilationWidth: fc.integer({ min: 1, max: 3 }),
    padTop: fc.integer({ min: 0, max: 4 }),
    padLeft: fc.integer({ min: 0, max: 4 }),
    outHeight: fc.integer({ min: 1, max: 9 }),
    outWidth: fc.integer({ min: 1, max: 9 }),
    // Rows and columns at the far side: negative ones are padding, positive ones are read by no window.
    belowRows: fc.integer({ min: -3, max: 3 }),
    rightColumns: fc.integer({ min: -3, max: 3 }),
  })
  .map(({ groupIn, groupOut, belowRows, rightColumns, ...g }) => ({
    ...g,
    inChannels: g.groups * groupIn,
    outChannels: g.groups * groupOut,
    inHeight: size(g.outHeight, g.kernelHeight, g.strideHeight, g.dilationHeight, g.padTop, belowRows),
    inWidth: size(g.outWidth, g.kernelWidth, g.strideWidth, g.dilationWidth, g.padLeft, rightColumns),
  }));

/** Max-pooling windows of every kind; padding at most half the window, as ops allow it. */
export const anyPool: fc.Arbitrary<Pool2dGeometry> = fc
  .record({
    batch: fc.integer({ min: 0, max: 3 }),
    channels: fc.integer({ min: 1, max: 5 }),
    kernelHeight: fc.integer({ min: 1, max: 4 }),
    kernelWidth: fc.integer({ min: 1, max: 4 }),
    strideHeight: fc.integer({ min: 1, max: 3 }),
    strideWidth: fc.integer({ min: 1, max: 3 }),
    dilationHeight: fc.integer({ min: 1, max: 2 }),
    dilationWidth: fc.integer({ min: 1, max: 2 }),
    padded: fc.boolean(),
    outHeight: fc.integer({ min: 1, max: 9 }),
    outWidth: fc.integer({ min: 1, max: 9 }),
    belowRows: fc.integer({ min: 0, max: 2 }),
    rightColumns: fc.integer({ min: 0, max: 2 }),
  })
  .map(({ padded, belowRows, rightColumns, ...g }) => {
    const padTop = padded ? Math.floor(g.kernelHeight / 2) : 0;
    const padLeft = padded ? Math.floor(g.kernelWidth / 2) : 0;
    return {
      ...g,
      padTop,
      padLeft,
      inHeight: size(g.outHeight, g.kernelHeight, g.strideHeight, g.dilationHeight, padTop, belowRows),
      inWidth: size(g.outWidth, g.kernelWidth, g.strideWidth, g.dilationWidth, padLeft, rightColumns),
    };
  });

/** 2 × 2 windows with stride 2, where SIMD has its own kernel; odd sizes leave a row or column over. */
export const twoByTwoPool: fc.Arbitrary<Pool2dGeometry> = fc
  .record({
    batch: fc.integer({ min: 0, max: 2 }),
    channels: fc.integer({ min: 1, max: 4 }),
    inHeight: fc.integer({ min: 2, max: 23 }),
    inWidth: fc.integer({ min: 2, max: 23 }),
  })
  .map((sizes) => poolGeometry(sizes.batch, sizes.channels, sizes.inHeight, sizes.inWidth));

/** 2 × 2 windows with stride 2 over pictures of a given size. */
export function poolGeometry(
  batch: number,
  channels: number,
  inHeight: number,
  inWidth: number,
): Pool2dGeometry {
  return {
    batch,
    channels,
    inHeight,
    inWidth,
    outHeight: Math.floor(inHeight / 2),
    outWidth: Math.floor(inWidth / 2),
    kernelHeight: 2,
    kernelWidth: 2,
    strideHeight: 2,
    strideWidth: 2,
    padTop: 0,
    padLeft: 0,
    dilationHeight: 1,
    dilationWidth: 1,
  };
}

/** Matrix products of every kind: few rows and many, sums over several blocks, all transpositions, shared operands. */
export const anyMatmul: fc.Arbitrary<MatmulGeometry> = fc
  .record({
    batch: fc.integer({ min: 0, max: 3 }),
    m: fc.oneof(fc.integer({ min: 1, max: 5 }), fc.integer({ min: 6, max: 40 })),
    n: fc.integer({ min: 1, max: 50 }),
    k: fc.oneof(
      { weight: 3, arbitrary: fc.integer({ min: 1, max: 70 }) },
      fc.integer({ min: 250, max: 2100 }),
    ),
    transposeA: fc.boolean(),
    transposeB: fc.boolean(),
    sharedA: fc.boolean(),
    sharedB: fc.boolean(),
  })
  .map(({ sharedA, sharedB, ...g }) => ({
    ...g,
    batchStrideA: sharedA ? 0 : g.m * g.k,
    batchStrideB: sharedB ? 0 : g.k * g.n,
    batchStrideC: g.m * g.n,
  }));

/** The input size for which windows fit, `extra` more at the far side, and at least one pixel. */
function size(
  out: number,
  kernel: number,
  stride: number,
  dilation: number,
  pad: number,
  extra: number,
): number {
  return Math.max(1, (out - 1) * stride + (kernel - 1) * dilation + 1 - pad + extra);
}

/** @module conv2d and its adjoints for float32, on the WebAssembly kernels. */

import type { Conv2dGeometry } from "../geometry.ts";
import type { Arena } from "./arena.ts";
import type { SimdCode } from "./exports/index.ts";
import { contractPixels } from "./contraction.ts";
import { backwardCorrelation, forwardCorrelation, type Correlation } from "./correlation.ts";
import { isSparse, scatterPixels } from "./scattering.ts";
import { slideRows } from "./sliding.ts";

/**
 * Up to this many target channels in a group, working along rows beats a panel whose eight lanes are mostly empty.
 * Measured with 3 × 3 filters: 6 against 2.2 GFLOP/s depthwise on 7 × 7, 28-31 against 15-19 for 4 channels from 3 or 4.
 * With many source channels and small planes it can lose (20 against 25 for 64 to 4 on 14 × 14).
 */
const SLIDING_LANES = 4;

/** Terms in a chunk of a sum over pixels; see ./contraction.ts. */
const CHUNK_TERMS = 512;

/** y = x ⋆ weight + bias; shapes as in the reference. */
export function conv2dForward(
  arena: Arena,
  code: SimdCode,
  y: Float32Array,
  x: Float32Array,
  weight: Float32Array,
  bias: Float32Array | null,
  g: Conv2dGeometry,
): void {
  correlate(arena, code, forwardCorrelation(y, x, weight, bias, g));
}

/** dx += the gradient of the input; shapes as in the reference. */
export function conv2dBackwardInput(
  arena: Arena,
  code: SimdCode,
  dx: Float32Array,
  dy: Float32Array,
  weight: Float32Array,
  g: Conv2dGeometry,
): void {
  if (isSparse(dy, g)) scatterPixels(arena, code, dx, dy, weight, g);
  else correlate(arena, code, backwardCorrelation(dx, dy, weight, g));
}

function correlate(arena: Arena, code: SimdCode, c: Correlation): void {
  if (c.targetChannels / c.groups <= SLIDING_LANES) slideRows(arena, code, c);
  else contractPixels(arena, code, c);
}

/**
 * dweight += the gradient of the weight; shapes as in the reference. The contraction again, with other roles: points
 * are the taps (input channel, kernel row, kernel column), lanes are output channels, and the sum runs over output
 * pixels, one run for each row of them. What comes out is the weight's own layout.
 */
export function conv2dBackwardWeight(
  arena: Arena,
  code: SimdCode,
  dweight: Float32Array,
  dy: Float32Array,
  x: Float32Array,
  g: Conv2dGeometry,
): void {
  const depth = g.inChannels / g.groups;
  const lanes = g.outChannels / g.groups;
  const inPlane = g.inHeight * g.inWidth;
  const outPlane = g.outHeight * g.outWidth;
  if (outPlane === 0) return;
  const points = depth * g.kernelHeight * g.kernelWidth;
  // Rows and columns of the padded input that windows touch, in one phase of the stride.
  const rows = Math.ceil(
    ((g.outHeight - 1) * g.strideHeight + (g.kernelHeight - 1) * g.dilationHeight + 1) / g.strideHeight,
  );
  const columns = Math.ceil(
    ((g.outWidth - 1) * g.strideWidth + (g.kernelWidth - 1) * g.dilationWidth + 1) / g.strideWidth,
  );
  const phaseFloats = rows * columns;

  arena.reset();
  const input = arena.take(g.inChannels * inPlane);
  const gradient = arena.take(g.outChannels * outPlane);
  const result = arena.take(dweight.length);
  const packed = arena.take(depth * g.strideHeight * g.strideWidth * phaseFloats);
  const panelFloats = outPlane * 8;
  const blocks = Math.ceil(lanes / 8);
  const panels = arena.take(blocks * panelFloats);

  const bases = arena.take(points + 6);
  let at = bases >>> 2;
  for (let channel = 0; channel < depth; channel++) {
    for (let kh = 0; kh < g.kernelHeight; kh++) {
      const y = kh * g.dilationHeight;
      for (let kw = 0; kw < g.kernelWidth; kw++) {
        const left = kw * g.dilationWidth;
        const plane =
          (channel * g.strideHeight + (y % g.strideHeight)) * g.strideWidth + (left % g.strideWidth);
        const pixel = Math.floor(y / g.strideHeight) * columns + Math.floor(left / g.strideWidth);
        arena.integers[at++] = packed + 4 * (plane * phaseFloats + pixel);
      }
    }
  }
  arena.integers.fill(packed, at, at + 6);
  const offsets = arena.take(g.outHeight);
  for (let row = 0; row < g.outHeight; row++) arena.integers[(offsets >>> 2) + row] = 4 * row * columns;

  arena.write(result, dweight, 0, dweight.length);
  if (lanes % 8 !== 0) arena.clear(panels, blocks * panelFloats);
  for (let n = 0; n < g.batch; n++) {
    arena.write(input, x, n * g.inChannels * inPlane, g.inChannels * inPlane);
    arena.write(gradient, dy, n * g.outChannels * outPlane, g.outChannels * outPlane);
    for (let group = 0; group < g.groups; group++) {
      code.packPlanes(
        packed,
        input + 4 * group * depth * inPlane,
        depth,
        g.inHeight,
        g.inWidth,
        g.strideHeight,
        g.strideWidth,
        -g.padTop,
        rows,
        -g.padLeft,
        columns,
      );
      for (let block = 0; block < blocks; block++) {
        const from = gradient + 4 * (group * lanes + 8 * block) * outPlane;
        const count = Math.min(8, lanes - 8 * block);
        code.transpose(panels + 4 * block * panelFloats, 8, from, outPlane, count, outPlane);
      }
      code.contract(
        result + 4 * group * lanes * points,
        4 * points,
        bases,
        points,
        offsets,
        g.outHeight,
        Math.max(1, Math.floor(CHUNK_TERMS / g.outWidth)),
        g.outWidth,
        panels,
        4 * panelFloats,
        lanes,
        0,
      );
    }
  }
  arena.read(result, dweight, 0, dweight.length);
}

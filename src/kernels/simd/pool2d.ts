/** @module 2 × 2 max-pooling for float32, on the WebAssembly kernels. */

import type { Pool2dGeometry } from "../geometry.ts";
import type { Arena } from "./arena.ts";
import type { SimdCode } from "./exports/index.ts";

/** Input floats that are copied at a time: 256 KB, so that copy and windows meet in the L2 cache. */
const CHUNK_FLOATS = 65536;

/** Whether {@link maxPool2x2Forward} is written for this geometry: windows of 2 × 2 side by side, inside the picture. */
export function isTwoByTwo(g: Pool2dGeometry): boolean {
  return (
    g.kernelHeight === 2 &&
    g.kernelWidth === 2 &&
    g.strideHeight === 2 &&
    g.strideWidth === 2 &&
    g.padTop === 0 &&
    g.padLeft === 0 &&
    g.dilationHeight === 1 &&
    g.dilationWidth === 1 &&
    2 * g.outHeight <= g.inHeight &&
    2 * g.outWidth <= g.inWidth
  );
}

/** y and argmax of every 2 × 2 window, some planes at a time; shapes and rules as in the reference. */
export function maxPool2x2Forward(
  arena: Arena,
  code: SimdCode,
  y: Float32Array,
  argmax: Int32Array,
  x: Float32Array,
  g: Pool2dGeometry,
): void {
  const planes = g.batch * g.channels;
  const inPlane = g.inHeight * g.inWidth;
  const outPlane = g.outHeight * g.outWidth;
  const most = Math.max(1, Math.min(planes, Math.floor(CHUNK_FLOATS / inPlane)));
  arena.reset();
  const from = arena.take(most * inPlane);
  const values = arena.take(most * outPlane);
  const indices = arena.take(most * outPlane);
  for (let plane = 0; plane < planes; plane += most) {
    const count = Math.min(most, planes - plane);
    arena.write(from, x, plane * inPlane, count * inPlane);
    code.maxPool2x2(values, indices, from, count, g.outHeight, g.outWidth, g.inWidth, inPlane);
    arena.read(values, y, plane * outPlane, count * outPlane);
    arena.readIntegers(indices, argmax, plane * outPlane, count * outPlane);
  }
}

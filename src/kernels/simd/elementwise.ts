/**
 * @module
 * The sum and the rectifier for float32, on the WebAssembly kernels. Although everything is copied in and out, this is
 * 2 to 20 times as fast as the plain loops on half a million floats: those take one element at a time, and their branch on
 * the sign is mispredicted half of the time.
 */

import type { Arena } from "./arena.ts";
import type { SimdCode } from "./code.ts";

/** Floats that are copied at a time: 64 KB, so that they are still in the L2 cache when they are copied back. */
const CHUNK_FLOATS = 16384;

/** y = max(x, 0). */
export function reluForward(arena: Arena, code: SimdCode, y: Float32Array, x: Float32Array): void {
  arena.reset();
  const block = arena.take(CHUNK_FLOATS);
  for (let start = 0; start < x.length; start += CHUNK_FLOATS) {
    const count = Math.min(CHUNK_FLOATS, x.length - start);
    arena.write(block, x, start, count);
    code.reluForward(block, block, count);
    arena.read(block, y, start, count);
  }
}

/** dx += dy where not (x <= 0). */
export function reluBackward(
  arena: Arena,
  code: SimdCode,
  dx: Float32Array,
  dy: Float32Array,
  x: Float32Array,
): void {
  arena.reset();
  const result = arena.take(CHUNK_FLOATS);
  const gradient = arena.take(CHUNK_FLOATS);
  const input = arena.take(CHUNK_FLOATS);
  for (let start = 0; start < x.length; start += CHUNK_FLOATS) {
    const count = Math.min(CHUNK_FLOATS, x.length - start);
    arena.write(result, dx, start, count);
    arena.write(gradient, dy, start, count);
    arena.write(input, x, start, count);
    code.reluBackward(result, gradient, input, count);
    arena.read(result, dx, start, count);
  }
}

/** y = a + b. */
export function add(arena: Arena, code: SimdCode, y: Float32Array, a: Float32Array, b: Float32Array): void {
  arena.reset();
  const left = arena.take(CHUNK_FLOATS);
  const right = arena.take(CHUNK_FLOATS);
  for (let start = 0; start < a.length; start += CHUNK_FLOATS) {
    const count = Math.min(CHUNK_FLOATS, a.length - start);
    arena.write(left, a, start, count);
    arena.write(right, b, start, count);
    code.add(left, left, right, count);
    arena.read(left, y, start, count);
  }
}

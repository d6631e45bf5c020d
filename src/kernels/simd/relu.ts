/** @module The rectifier and its adjoint for float32, on the WebAssembly kernels. */

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

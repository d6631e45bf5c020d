/**
 * @module
 * The SIMD families. Convolutions, matrix products, 2 × 2 max-pooling and the rectifier run in WebAssembly, on float32;
 * everything else, and float64, is the reference's.
 */

import type { KernelFamily, Kernels } from "../kernels.ts";
import { reference } from "../reference/index.ts";
import { Arena, ArenaFullError, KERNELS_SCRATCH } from "./arena.ts";
import { compile, instantiate } from "./code.ts";
import type { SimdCode } from "./exports/index.ts";
import * as conv2d from "./conv2d.ts";
import * as elementwise from "./elementwise.ts";
import { base64 as plainBase64 } from "./generated/simd.ts";
import { base64 as relaxedBase64 } from "./generated/relaxed-simd.ts";
import { matmul } from "./matmul.ts";
import { isTwoByTwo, maxPool2x2Forward } from "./pool2d.ts";

/** The compiled modules, or null where the engine does not know their instructions. Compiled at the first call. */
const modules = {
  simd: onFirstCall(() => compile(plainBase64)),
  "relaxed-simd": onFirstCall(() => compile(relaxedBase64)),
};

/** The same for memories that threads share. */
const sharedModules = {
  simd: onFirstCall(() => compile(plainBase64, true)),
  "relaxed-simd": onFirstCall(() => compile(relaxedBase64, true)),
};

/** The kernels in 128-bit SIMD, or null where the engine does not know it. */
export const simd: () => Kernels | null = onFirstCall(() => load("simd"));

/** The same with fused multiply-add (relaxed SIMD), or null where the engine does not know it. */
export const relaxedSimd: () => Kernels | null = onFirstCall(() => load("relaxed-simd"));

/**
 * The WebAssembly functions of a family over a memory of the caller's own, for plans that keep their data there.
 * @param scratch address of SCRATCH_BYTES (./code.ts) that nobody else uses, on a cache line
 * @returns null for the reference, which has none, and where the engine does not know the family
 */
export function simdCode(family: KernelFamily, memory: WebAssembly.Memory, scratch: number): SimdCode | null {
  if (family === "reference") return null;
  const isShared = typeof SharedArrayBuffer !== "undefined" && memory.buffer instanceof SharedArrayBuffer;
  const module = (isShared ? sharedModules : modules)[family]();
  return module === null ? null : instantiate(module, memory, scratch);
}

function onFirstCall<T>(make: () => T): () => T {
  let made: { readonly value: T } | undefined;
  return () => (made ??= { value: make() }).value;
}

function load(family: "simd" | "relaxed-simd"): Kernels | null {
  const arena = new Arena();
  const code = simdCode(family, arena.memory, KERNELS_SCRATCH);
  return code === null ? null : overReference(family, arena, code);
}

/**
 * The kernels over one module. Each hands what is not float32, or too large for the arena, to the reference; room is
 * taken before any output is written, so the reference finds outputs as they were.
 */
function overReference(family: KernelFamily, arena: Arena, code: SimdCode): Kernels {
  return {
    ...reference,
    family,

    conv2dForward(y, x, weight, bias, g) {
      const fits =
        isFloat32(y) && isFloat32(x) && isFloat32(weight) && (bias === null || isFloat32(bias))
          ? attempt(() => conv2d.conv2dForward(arena, code, y, x, weight, bias, g))
          : false;
      if (!fits) reference.conv2dForward(y, x, weight, bias, g);
    },

    conv2dBackwardInput(dx, dy, weight, g) {
      const fits =
        isFloat32(dx) && isFloat32(dy) && isFloat32(weight)
          ? attempt(() => conv2d.conv2dBackwardInput(arena, code, dx, dy, weight, g))
          : false;
      if (!fits) reference.conv2dBackwardInput(dx, dy, weight, g);
    },

    conv2dBackwardWeight(dweight, dy, x, g) {
      const fits =
        isFloat32(dweight) && isFloat32(dy) && isFloat32(x)
          ? attempt(() => conv2d.conv2dBackwardWeight(arena, code, dweight, dy, x, g))
          : false;
      if (!fits) reference.conv2dBackwardWeight(dweight, dy, x, g);
    },

    matmul(c, a, b, g) {
      const fits =
        isFloat32(c) && isFloat32(a) && isFloat32(b) ? attempt(() => matmul(arena, code, c, a, b, g)) : false;
      if (!fits) reference.matmul(c, a, b, g);
    },

    maxPool2dForward(y, argmax, x, g) {
      const fits =
        isFloat32(y) && isFloat32(x) && isTwoByTwo(g)
          ? attempt(() => maxPool2x2Forward(arena, code, y, argmax, x, g))
          : false;
      if (!fits) reference.maxPool2dForward(y, argmax, x, g);
    },

    reluForward(y, x) {
      if (isFloat32(y) && isFloat32(x)) elementwise.reluForward(arena, code, y, x);
      else reference.reluForward(y, x);
    },

    reluBackward(dx, dy, x) {
      if (isFloat32(dx) && isFloat32(dy) && isFloat32(x)) elementwise.reluBackward(arena, code, dx, dy, x);
      else reference.reluBackward(dx, dy, x);
    },

    add(y, a, b) {
      if (isFloat32(y) && isFloat32(a) && isFloat32(b)) elementwise.add(arena, code, y, a, b);
      else reference.add(y, a, b);
    },

    adadelta(p, squares, deltas, grad, step) {
      if (isFloat32(p) && isFloat32(squares) && isFloat32(deltas) && isFloat32(grad)) {
        elementwise.adadelta(arena, code, p, squares, deltas, grad, step);
      } else {
        reference.adadelta(p, squares, deltas, grad, step);
      }
    },
  };
}

function isFloat32(array: Float32Array | Float64Array): array is Float32Array {
  return array instanceof Float32Array;
}

/** Runs a kernel; false when the arena has no room for it. */
function attempt(kernel: () => void): boolean {
  try {
    kernel();
    return true;
  } catch (error) {
    if (error instanceof ArenaFullError) return false;
    throw error;
  }
}

/**
 * @module
 * Relaxed SIMD on Node 20, whose V8 has it behind a flag.
 */

import { setFlagsFromString } from "node:v8";

/**
 * Lets WebAssembly use fused multiply-adds on Node 20; newer versions do so anyway. Call it before the first tensor is
 * computed with: what is compiled by then stays as it is. candil's own programs call it; a library does not change its
 * host's engine unasked.
 */
export function enableRelaxedSimd(): void {
  if (process.versions.node.startsWith("20.")) setFlagsFromString("--experimental-wasm-relaxed-simd");
}

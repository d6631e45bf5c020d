/** @module Loads the compiled kernels: decodes them, asks the engine whether it can run them, instantiates them. */

import type { SimdCode } from "./exports/index.ts";
import { withSharedMemory } from "./shared-import.ts";

/** Bytes that an instance overwrites as it likes, on a cache line of the memory: tiles that are only partly stored, and the like. */
export const SCRATCH_BYTES = 192;

/** The bytes of a base64 text. `atob` is in browsers and in Node; Buffer is not. */
function decodeBase64(text: string): Uint8Array<ArrayBuffer> {
  const binary = atob(text);
  const bytes = new Uint8Array(binary.length);
  for (let i = 0; i < bytes.length; i++) bytes[i] = binary.charCodeAt(i);
  return bytes;
}

/** Whether this engine compiles the module, that is, knows its SIMD instructions. */
function runsHere(bytes: Uint8Array<ArrayBuffer>): boolean {
  return typeof WebAssembly === "object" && WebAssembly.validate(bytes);
}

/**
 * Compiles a module, or gives null where the engine cannot. Synchronous: it is a few kilobytes, and a kernel is called from
 * synchronous code.
 * @param shared whether its memory is one that threads share
 */
export function compile(base64: string, shared = false): WebAssembly.Module | null {
  const plain = decodeBase64(base64);
  const bytes = shared ? withSharedMemory(plain) : plain;
  if (!runsHere(bytes)) return null;
  try {
    return new WebAssembly.Module(bytes);
  } catch {
    // A page's content security policy may forbid WebAssembly, and older browsers compile nothing above 4 KB
    // synchronously on the main thread: the reference still works there.
    return null;
  }
}

/** The kernels over a memory, of which those at `scratch` are {@link SCRATCH_BYTES} of the instance's own. */
export function instantiate(
  module: WebAssembly.Module,
  memory: WebAssembly.Memory,
  scratch: number,
): SimdCode {
  const instance = new WebAssembly.Instance(module, { env: { memory } });
  const code = instance.exports as SimdCode;
  code.SCRATCH.value = scratch;
  return code;
}

/** @module Loads the compiled kernels: decodes them, asks the engine whether it can run them, instantiates them. */

import type { SimdCode } from "./exports/index.ts";

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
 */
export function compile(base64: string): WebAssembly.Module | null {
  const bytes = decodeBase64(base64);
  if (!runsHere(bytes)) return null;
  try {
    return new WebAssembly.Module(bytes);
  } catch {
    // A page's content security policy may forbid WebAssembly, and older browsers compile nothing above 4 KB
    // synchronously on the main thread: the reference still works there.
    return null;
  }
}

/** The kernels over a memory. */
export function instantiate(module: WebAssembly.Module, memory: WebAssembly.Memory): SimdCode {
  const instance = new WebAssembly.Instance(module, { env: { memory } });
  return instance.exports as SimdCode;
}

/**
 * @module
 * What the WebAssembly module exports. All numbers are 32-bit integers but the factors; addresses are bytes in the memory.
 * Each function is described where it is written, in ../assembly.
 */

import type { EagerExports } from "./eager.ts";
import type { LineExports } from "./line.ts";
import type { PlanExports } from "./plan.ts";
import type { TrainingExports } from "./training.ts";

/** The kernels over a memory, and the address of what they overwrite as they like. */
export type SimdCode = EagerExports &
  PlanExports &
  LineExports &
  TrainingExports & { readonly SCRATCH: WebAssembly.Global<"i32"> };

/**
 * @module
 * Loaded before every test. They run on the fastest kernels of the engine, which on Node 20 takes a flag, or on those
 * that CANDIL_KERNELS names; the first line of the report says which.
 */

import { kernels } from "../../src/kernels/index.ts";
import { enableRelaxedSimd } from "../../src/node/relaxed-simd.ts";

enableRelaxedSimd();

/** Mocha's global fixture: once for the run, in whichever processes its files run. */
export function mochaGlobalSetup(): void {
  process.stdout.write(`\n  kernels: ${kernels().family}, Node ${process.versions.node}\n`);
}

/**
 * @module
 * The same tests over every kernel family that runs on this machine.
 */

import { availableKernels, kernels, setKernels } from "../../src/kernels/index.ts";
import type { KernelFamily } from "../../src/kernels/index.ts";

/** Declares a suite for each family; the family that was in use comes back afterwards. */
export function describeFamilies(what: string, body: (family: KernelFamily) => void): void {
  for (const family of availableKernels()) {
    describe(`${what}, ${family} kernels`, () => {
      let inUse: KernelFamily;
      before(() => {
        inUse = kernels().family;
        setKernels(family);
      });
      after(() => setKernels(inUse));
      body(family);
    });
  }
}

/**
 * @module
 * Which kernels are in use. Ops ask {@link kernels} at each call, so a test or a program can change the family at any
 * time; the environment variable CANDIL_KERNELS chooses it from outside.
 */

import type { KernelFamily, Kernels } from "./kernels.ts";
import { reference } from "./reference/index.ts";
import { relaxedSimd, simd } from "./simd/index.ts";

export type { Conv2dGeometry, FloatArray, MatmulGeometry, Pool2dGeometry, Window2d } from "./geometry.ts";
export type { KernelFamily, Kernels } from "./kernels.ts";
export { reference } from "./reference/index.ts";
export type { SimdCode } from "./simd/exports/index.ts";
export { SCRATCH_BYTES } from "./simd/code.ts";
export { simdCode } from "./simd/index.ts";
export { isWinograd, WINOGRAD_POOL, WINOGRAD_RELU, winogradWeightFloats } from "./simd/winograd.ts";

/** Every family by name, slowest first; the value opens it, or is null where this machine cannot run it. */
const families: Readonly<Record<KernelFamily, () => Kernels | null>> = {
  reference: () => reference,
  simd,
  "relaxed-simd": relaxedSimd,
};

let active: Kernels | null = null;

/** The kernels in use: those of {@link setKernels}, else of CANDIL_KERNELS, else the best that run here. */
export function kernels(): Kernels {
  active ??= open(familyFromEnvironment() ?? "auto");
  return active;
}

/** The name of the kernels in use. */
export function kernelFamily(): KernelFamily {
  return kernels().family;
}

/**
 * Chooses the kernels for every later call.
 * @throws RangeError when the family is unknown or cannot run on this machine.
 */
export function setKernels(family: KernelFamily | "auto"): void {
  active = open(family);
}

/** The families that run on this machine, slowest first. "reference" is always among them. */
export function availableKernels(): KernelFamily[] {
  return familyNames().filter((name) => families[name]() !== null);
}

function open(family: KernelFamily | "auto"): Kernels {
  if (family === "auto") {
    for (const name of familyNames().reverse()) {
      const found = families[name]();
      if (found !== null) return found;
    }
    return reference;
  }
  const found = isFamily(family) ? families[family]() : null;
  if (found === null) {
    throw new RangeError(
      `kernels "${family}" cannot run here; available: auto, ${availableKernels().join(", ")}`,
    );
  }
  return found;
}

/** CANDIL_KERNELS where there is an environment (Node); undefined in a browser or when it is unset. */
function familyFromEnvironment(): KernelFamily | "auto" | undefined {
  const name = globalThis.process?.env?.["CANDIL_KERNELS"];
  if (name === undefined || name === "") return undefined;
  if (name === "auto" || isFamily(name)) return name;
  throw new RangeError(`CANDIL_KERNELS is "${name}"; known: auto, ${familyNames().join(", ")}`);
}

function familyNames(): KernelFamily[] {
  return Object.keys(families).filter(isFamily);
}

function isFamily(name: string): name is KernelFamily {
  return Object.hasOwn(families, name);
}

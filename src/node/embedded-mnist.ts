/**
 * @module
 * The model inside the package.
 */

import { readFile } from "node:fs/promises";
import { loadModel } from "../model/load.ts";
import type { MnistOptions } from "../model/mnist.ts";
import type { Model } from "../model/model.ts";

/** Where its weights are; at the same distance from src/node and from dist/node. */
export const embeddedWeights = new URL("../../weights/mnist/mnist.safetensors", import.meta.url);

/**
 * TorchServe's MNIST net, trained by this project on the 60,000 training images; weights/mnist tells how.
 * @param options its name and version where it is served under others
 *
 * @example
 * const mnist = await embeddedMnist();
 */
export async function embeddedMnist(options: Omit<MnistOptions, "net"> = {}): Promise<Model> {
  return loadModel(await readFile(embeddedWeights), { ...options, net: "torchserve" });
}

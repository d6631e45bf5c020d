/**
 * @module
 * The model inside the package.
 */

import { loadModel } from "../model/load.ts";
import type { MnistOptions } from "../model/mnist.ts";
import type { Model } from "../model/model.ts";
import { embeddedMnistWeights } from "./embedded-weights.ts";

/**
 * TorchServe's MNIST net, trained by this project on the 60,000 training images; weights/mnist tells how.
 * @throws CandilError when the installation lacks the weights
 * @param options its name and version where it is served under others
 *
 * @example
 * const mnist = await embeddedMnist();
 */
export async function embeddedMnist(options: Omit<MnistOptions, "net"> = {}): Promise<Model> {
  return loadModel(await embeddedMnistWeights(), { ...options, net: "torchserve" });
}

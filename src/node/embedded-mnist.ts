/**
 * @module
 * The model inside the package.
 */

import { readFile } from "node:fs/promises";
import { fileURLToPath } from "node:url";
import { CandilError } from "../errors.ts";
import { loadModel } from "../model/load.ts";
import type { MnistOptions } from "../model/mnist.ts";
import type { Model } from "../model/model.ts";

/** At the same distance from src/node and from dist/node. */
const embeddedWeights = new URL("../../weights/mnist/mnist.safetensors", import.meta.url);

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

/**
 * The file of its weights, for whoever loads it elsewhere: a worker.
 * @param read reads a file, where the bytes are to lie in memory of a kind
 * @throws CandilError as {@link embeddedMnist}
 */
export async function embeddedMnistWeights(
  read: (path: string) => Promise<Uint8Array> = readFile,
): Promise<Uint8Array> {
  try {
    return await read(fileURLToPath(embeddedWeights));
  } catch (error) {
    throw new CandilError(
      "the embedded model's weights/mnist/mnist.safetensors is missing or unreadable; install candil again",
      { cause: error },
    );
  }
}

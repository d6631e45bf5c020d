/**
 * @module
 * An MNIST model with weights from a seed: it knows no digit, but answers each picture in its own way.
 */

import { createMnistNet } from "../../src/model/mnist-net.ts";
import type { MnistNetName } from "../../src/model/mnist-net.ts";
import { mnistModel } from "../../src/model/mnist.ts";
import type { MnistOptions } from "../../src/model/mnist.ts";
import type { Model } from "../../src/model/model.ts";
import { manualSeed } from "../../src/tensor/random.ts";
import type { AnyTensor } from "../../src/tensor/tensor.ts";

/** Weights of either net, the same for the same seed. */
export function seededState(seed = 7, net: MnistNetName = "torchserve"): Map<string, AnyTensor> {
  manualSeed(seed);
  return createMnistNet(net).stateDict();
}

/** A model with {@link seededState}. */
export function seededMnist(options: MnistOptions = {}, seed = 7): Model {
  return mnistModel(seededState(seed, options.net), options);
}

/**
 * @module
 * MNIST models that know no digit, but answer each picture in their own way.
 */

import { mnistHandler } from "../../src/model/built-in-handlers.ts";
import { createMnistNet } from "../../src/model/mnist-net.ts";
import type { MnistNetName } from "../../src/model/mnist-net.ts";
import { mnistModel } from "../../src/model/mnist.ts";
import type { MnistOptions } from "../../src/model/mnist.ts";
import { Model } from "../../src/model/model.ts";
import type { ModelSpec } from "../../src/model/model.ts";
import { manualSeed } from "../../src/tensor/random.ts";
import type { AnyTensor } from "../../src/tensor/tensor.ts";
import { formulaMnist, smallSizes } from "./formula-mnist.ts";

/** Weights of either net, the same for the same seed. */
export function seededState(seed = 7, net: MnistNetName = "torchserve"): Map<string, AnyTensor> {
  manualSeed(seed);
  return createMnistNet(net).stateDict();
}

/** A model with {@link seededState}. */
export function seededMnist(options: MnistOptions = {}, seed = 7): Model {
  return mnistModel(seededState(seed, options.net), options);
}

/**
 * A model of the same shape with few weights: explained in a millisecond, also by the reference kernels. It has no
 * logits of its own and gives its log-probabilities for them.
 * @param reluAfterConv2 tells two such models apart
 */
export function quickMnist(options: MnistOptions = {}, reluAfterConv2 = false): Model {
  return new Model(quickMnistSpec(options, reluAfterConv2));
}

/** What {@link quickMnist} is made of. */
export function quickMnistSpec(options: MnistOptions = {}, reluAfterConv2 = false): ModelSpec {
  const forward = formulaMnist(smallSizes, reluAfterConv2);
  const { input, classes } = mnistShape;
  return {
    name: options.name ?? "mnist",
    version: options.version ?? "1.0",
    description: "a small net for tests",
    forward,
    logits: forward,
    input,
    classes,
    handler: mnistHandler,
  };
}

const mnistShape = {
  input: { channels: 1, height: 28, width: 28 },
  classes: Array.from({ length: 10 }, (_, digit) => String(digit)),
};

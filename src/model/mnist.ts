/**
 * @module
 * The MNIST model: one of the two nets, and a handler as TorchServe's example has it.
 */

import { skipInit } from "../nn/init.ts";
import type { AnyTensor } from "../tensor/tensor.ts";
import { mnistHandler } from "./built-in-handlers.ts";
import { createMnistNet } from "./mnist-net.ts";
import type { MnistNetName } from "./mnist-net.ts";
import { Model } from "./model.ts";

/** Which net, and under which name it is served. */
export interface MnistOptions {
  /** The net that the weights belong to; "torchserve" unless said. */
  readonly net?: MnistNetName;
  /** "mnist" unless said. */
  readonly name?: string;
  /** "1.0" unless said. */
  readonly version?: string;
}

const descriptions: Readonly<Record<MnistNetName, string>> = {
  torchserve: "the MNIST net of TorchServe's example",
  examples: "the MNIST net of pytorch/examples",
};

const SIZE = 28;

/**
 * A model of digits from trained weights, which it keeps: they are not copied.
 * @throws StateDictError listing what is missing, unexpected or misshapen
 */
export function mnistModel(state: ReadonlyMap<string, AnyTensor>, options: MnistOptions = {}): Model {
  const net = skipInit(() => createMnistNet(options.net ?? "torchserve"));
  net.loadStateDict(state, { assign: true });
  net.eval().requiresGrad_(false);
  return new Model({
    name: options.name ?? "mnist",
    ...(options.version === undefined ? {} : { version: options.version }),
    description: descriptions[options.net ?? "torchserve"],
    forward: (x) => net.forward(x),
    logits: (x) => net.logits(x),
    input: { channels: 1, height: SIZE, width: SIZE },
    output: "log-probabilities",
    handler: mnistHandler,
    classes: Array.from({ length: 10 }, (_, digit) => String(digit)),
  });
}

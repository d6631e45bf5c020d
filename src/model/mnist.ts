/**
 * @module
 * The MNIST model: one of the two nets with torchvision's transform around it, as TorchServe's mnist_handler.py has it.
 */

import type { AnyTensor } from "../tensor/tensor.ts";
import { zeros } from "../tensor/creation.ts";
import { Normalize, ToTensor } from "../vision/transforms/index.ts";
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

const toTensor = new ToTensor();
/** Mean and standard deviation of the training pixels, as torchvision's examples round them. */
const normalize = new Normalize({ mean: [0.1307], std: [0.3081] });

/**
 * A model of digits from trained weights.
 * @throws StateDictError listing what is missing, unexpected or misshapen
 */
export function mnistModel(state: ReadonlyMap<string, AnyTensor>, options: MnistOptions = {}): Model {
  const net = createMnistNet(options.net ?? "torchserve");
  net.loadStateDict(state);
  net.eval().requiresGrad_(false);
  return new Model({
    name: options.name ?? "mnist",
    ...(options.version === undefined ? {} : { version: options.version }),
    description: descriptions[options.net ?? "torchserve"],
    forward: (x) => net.forward(x),
    logits: (x) => net.logits(x),
    input: { channels: 1, height: SIZE, width: SIZE },
    pictureToTensor: (image) => normalize.apply(toTensor.apply(image)),
    black: () => normalize.apply(zeros([1, SIZE, SIZE])),
    classes: Array.from({ length: 10 }, (_, digit) => String(digit)),
  });
}

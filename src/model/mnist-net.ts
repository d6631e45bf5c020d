/**
 * @module
 * The two nets of the MNIST examples. They have the same parameters under the same names, so the weights of one load
 * into the other without a complaint and give other answers: which net a file belongs to must be known.
 */

import { Conv2d } from "../nn/conv2d.ts";
import { Dropout, Dropout2d } from "../nn/dropout.ts";
import { Linear } from "../nn/linear.ts";
import { Module } from "../nn/module.ts";
import { flatten, logSoftmax, maxPool2d, relu } from "../ops/index.ts";
import type { Tensor } from "../tensor/tensor.ts";

/** Names of the nets: TorchServe's example and pytorch/examples'. */
export type MnistNetName = "torchserve" | "examples";

/** What both nets share: 1,199,882 parameters. */
abstract class MnistNet extends Module {
  readonly conv1 = new Conv2d(1, 32, 3);
  readonly conv2 = new Conv2d(32, 64, 3);
  readonly dropout1: Dropout | Dropout2d;
  readonly dropout2: Dropout | Dropout2d;
  readonly fc1 = new Linear(9216, 128);
  readonly fc2 = new Linear(128, 10);

  constructor(dropout1: Dropout | Dropout2d, dropout2: Dropout | Dropout2d) {
    super();
    this.dropout1 = dropout1;
    this.dropout2 = dropout2;
  }

  /** The features that are pooled: `[N, 64, 24, 24]`. */
  protected abstract features(x: Tensor): Tensor;

  /** The scores before the last layer: `[N, 10]`, unbounded. @param x `[N, 1, 28, 28]`, normalised */
  logits(x: Tensor): Tensor {
    const pooled = maxPool2d(this.features(x), 2);
    const flat = flatten(this.dropout1.forward(pooled), 1);
    const hidden = this.dropout2.forward(relu(this.fc1.forward(flat)));
    return this.fc2.forward(hidden);
  }

  /** @param x `[N, 1, 28, 28]`, normalised @returns `[N, 10]`, log-probabilities */
  forward(x: Tensor): Tensor {
    return logSoftmax(this.logits(x), 1);
  }
}

/**
 * The net of TorchServe's MNIST example: no ReLU after the second convolution, and Dropout2d twice, the second time on a
 * matrix, where it acts on single elements.
 */
export class TorchServeMnistNet extends MnistNet {
  constructor() {
    super(new Dropout2d(0.25), new Dropout2d(0.5));
  }

  protected override features(x: Tensor): Tensor {
    return this.conv2.forward(relu(this.conv1.forward(x)));
  }
}

/** The net of pytorch/examples' MNIST: a ReLU after each convolution, and plain dropout. */
export class ExamplesMnistNet extends MnistNet {
  constructor() {
    super(new Dropout(0.25), new Dropout(0.5));
  }

  protected override features(x: Tensor): Tensor {
    return relu(this.conv2.forward(relu(this.conv1.forward(x))));
  }
}

/** A fresh net, initialised from the default generator, in training mode. */
export function createMnistNet(name: MnistNetName): TorchServeMnistNet | ExamplesMnistNet {
  return name === "torchserve" ? new TorchServeMnistNet() : new ExamplesMnistNet();
}

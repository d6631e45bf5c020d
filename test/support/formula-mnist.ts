/**
 * @module
 * The two MNIST architectures with weights from an integer formula, which tools/attribution_fixtures.py computes too: the
 * same nets on both sides without a file of weights.
 */

import { conv2d, flatten, linear, logSoftmax, maxPool2d, relu } from "../../src/ops/index.ts";
import { elementCount } from "../../src/tensor/shape.ts";
import { fromData } from "../../src/tensor/creation.ts";
import type { Tensor } from "../../src/tensor/tensor.ts";

/** Channels of both convolutions and width of the hidden layer. */
export interface MnistSizes {
  readonly conv1: number;
  readonly conv2: number;
  readonly hidden: number;
}

/** The sizes of the published nets, 1,199,882 weights. */
export const publishedSizes: MnistSizes = { conv1: 32, conv2: 64, hidden: 128 };

/** The same shape of net, small enough to be explained in a millisecond. */
export const smallSizes: MnistSizes = { conv1: 4, conv2: 8, hidden: 16 };

/**
 * conv 3×3, relu, conv 3×3, (relu,) max-pool 2, linear, relu, linear, log-softmax; without dropout, as in evaluation.
 * @param reluAfterConv2 true for pytorch/examples' Net, false for TorchServe's
 */
export function formulaMnist(sizes: MnistSizes, reluAfterConv2: boolean): (x: Tensor) => Tensor {
  const { conv1, conv2, hidden } = sizes;
  const shapes = [
    [conv1, 1, 3, 3],
    [conv2, conv1, 3, 3],
    [hidden, 144 * conv2],
    [10, hidden],
  ];
  const [w1, w2, w3, w4] = shapes.map((shape, k) =>
    formulaTensor(shape, 2 * k, 2.4 / Math.sqrt(fanIn(shape))),
  );
  const [b1, b2, b3, b4] = shapes.map((shape, k) =>
    formulaTensor([shape[0]], 2 * k + 1, 1 / Math.sqrt(fanIn(shape))),
  );
  return (x) => {
    const first = relu(conv2d(x, w1, b1));
    const second = conv2d(first, w2, b2);
    const pooled = maxPool2d(reluAfterConv2 ? relu(second) : second, 2);
    return logSoftmax(linear(relu(linear(flatten(pooled, 1), w3, b3)), w4, b4), 1);
  };
}

function fanIn(shape: readonly number[]): number {
  return elementCount(shape.slice(1));
}

/** float32 values in [−bound, bound) that look random: a multiplicative hash of the index and of the tensor's number. */
function formulaTensor(shape: readonly number[], number: number, bound: number): Tensor {
  const data = Float32Array.from({ length: elementCount(shape) }, (_, i) => {
    let h = (Math.imul(i, 2654435761) + Math.imul(number + 1, 40503)) >>> 0;
    h = Math.imul(h ^ (h >>> 15), 2246822519) >>> 0;
    h = Math.imul(h ^ (h >>> 13), 3266489917) >>> 0;
    h = (h ^ (h >>> 16)) >>> 0;
    return (2 * ((h >>> 8) / 2 ** 24) - 1) * bound;
  });
  return fromData(data, shape);
}

/**
 * @module
 * Scores to probabilities.
 */

import { logSoftmax, softmax } from "../ops/index.ts";
import type { Tensor } from "../tensor/tensor.ts";
import { Module } from "./module.ts";

abstract class SoftmaxBase extends Module {
  /** The dimension along which probabilities add up to 1. */
  readonly dim: number;

  /** @param dim which PyTorch lets you leave out, with a warning */
  constructor(dim: number) {
    super();
    this.dim = dim;
  }

  protected override extraRepr(): string {
    return `dim=${this.dim}`;
  }
}

/** e^x / Σ e^x. As `torch.nn.Softmax`. */
export class Softmax extends SoftmaxBase {
  forward(x: Tensor): Tensor {
    return softmax(x, this.dim);
  }
}

/** x − log Σ e^x. As `torch.nn.LogSoftmax`. */
export class LogSoftmax extends SoftmaxBase {
  forward(x: Tensor): Tensor {
    return logSoftmax(x, this.dim);
  }
}

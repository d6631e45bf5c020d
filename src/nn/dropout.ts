/**
 * @module
 * Dropout layers: active in training, the identity in evaluation.
 */

import { dropout, dropout2d } from "../ops/index.ts";
import { defaultGenerator } from "../tensor/random.ts";
import type { Tensor } from "../tensor/tensor.ts";
import { Module } from "./module.ts";
import { pythonFloat } from "./repr.ts";

abstract class DropoutBase extends Module {
  /** Probability of falling out. */
  p: number;

  constructor(p = 0.5) {
    super();
    this.p = p;
  }

  protected override extraRepr(): string {
    return `p=${pythonFloat(this.p)}, inplace=False`;
  }
}

/** Zeroes single elements. As `torch.nn.Dropout`, drawing from the default generator. */
export class Dropout extends DropoutBase {
  forward(x: Tensor): Tensor {
    return dropout(x, { p: this.p, training: this.training, generator: defaultGenerator });
  }
}

/** Zeroes whole channels; on a matrix `[N, C]` single elements. As `torch.nn.Dropout2d`. */
export class Dropout2d extends DropoutBase {
  forward(x: Tensor): Tensor {
    return dropout2d(x, { p: this.p, training: this.training, generator: defaultGenerator });
  }
}

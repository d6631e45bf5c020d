/**
 * @module
 * Losses as objects that keep their options. They take two tensors, so they are no modules of a net.
 */

import { binaryCrossEntropyWithLogits, crossEntropy, mseLoss, nllLoss } from "../ops/index.ts";
import type { CrossEntropyOptions, Indices, LossOptions, NllLossOptions } from "../ops/index.ts";
import type { Tensor } from "../tensor/tensor.ts";

/** Minus the log-probability of the right class. As `torch.nn.NLLLoss`. */
export class NLLLoss {
  readonly options: NllLossOptions;

  constructor(options: NllLossOptions = {}) {
    this.options = options;
  }

  forward(logProbs: Tensor, target: Indices): Tensor {
    return nllLoss(logProbs, target, this.options);
  }
}

/** Log-softmax and {@link NLLLoss} in one. As `torch.nn.CrossEntropyLoss`. */
export class CrossEntropyLoss {
  readonly options: CrossEntropyOptions;

  constructor(options: CrossEntropyOptions = {}) {
    this.options = options;
  }

  forward(logits: Tensor, target: Indices | Tensor): Tensor {
    return crossEntropy(logits, target, this.options);
  }
}

/** The mean of squared differences. As `torch.nn.MSELoss`. */
export class MSELoss {
  readonly options: LossOptions;

  constructor(options: LossOptions = {}) {
    this.options = options;
  }

  forward(x: Tensor, target: Tensor): Tensor {
    return mseLoss(x, target, this.options);
  }
}

/** Sigmoid and binary cross entropy in one. As `torch.nn.BCEWithLogitsLoss` without weights. */
export class BCEWithLogitsLoss {
  readonly options: LossOptions;

  constructor(options: LossOptions = {}) {
    this.options = options;
  }

  forward(logits: Tensor, target: Tensor): Tensor {
    return binaryCrossEntropyWithLogits(logits, target, this.options);
  }
}

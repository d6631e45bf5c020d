/**
 * @module
 * Losses as objects that keep their options. They take two tensors, so they are no modules of a net.
 */

import { crossEntropy, mseLoss, nllLoss } from "../ops/index.ts";
import type { CrossEntropyOptions, Indices, NllLossOptions, Reduction } from "../ops/index.ts";
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

  forward(logits: Tensor, target: Indices): Tensor {
    return crossEntropy(logits, target, this.options);
  }
}

/** The mean of squared differences. As `torch.nn.MSELoss`. */
export class MSELoss {
  readonly reduction: Reduction;

  constructor(options: { readonly reduction?: Reduction } = {}) {
    this.reduction = options.reduction ?? "mean";
  }

  forward(x: Tensor, target: Tensor): Tensor {
    return mseLoss(x, target, { reduction: this.reduction });
  }
}

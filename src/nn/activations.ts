/**
 * @module
 * Activation functions as layers, for {@link Sequential} and for nets written as PyTorch's are.
 */

import * as ops from "../ops/index.ts";
import type { GeluApproximation } from "../ops/index.ts";
import type { Tensor } from "../tensor/tensor.ts";
import { Module } from "./module.ts";
import { pythonFloat } from "./repr.ts";

/** max(x, 0). As `torch.nn.ReLU`. */
export class ReLU extends Module {
  forward(x: Tensor): Tensor {
    return ops.relu(x);
  }
}

/** min(max(x, 0), 6). As `torch.nn.ReLU6`. */
export class ReLU6 extends Module {
  forward(x: Tensor): Tensor {
    return ops.relu6(x);
  }
}

/** x, or `negativeSlope` · x below 0. As `torch.nn.LeakyReLU`. */
export class LeakyReLU extends Module {
  readonly negativeSlope: number;

  constructor(negativeSlope = 0.01) {
    super();
    this.negativeSlope = negativeSlope;
  }

  forward(x: Tensor): Tensor {
    return ops.leakyRelu(x, this.negativeSlope);
  }

  protected override extraRepr(): string {
    return `negative_slope=${pythonFloat(this.negativeSlope)}`;
  }
}

/** x, or `alpha` · (e^x − 1) below 0. As `torch.nn.ELU`. */
export class ELU extends Module {
  readonly alpha: number;

  constructor(alpha = 1) {
    super();
    this.alpha = alpha;
  }

  forward(x: Tensor): Tensor {
    return ops.elu(x, this.alpha);
  }

  protected override extraRepr(): string {
    return `alpha=${pythonFloat(this.alpha)}`;
  }
}

/** x · Φ(x). As `torch.nn.GELU`. */
export class GELU extends Module {
  readonly approximate: GeluApproximation;

  constructor(approximate: GeluApproximation = "none") {
    super();
    this.approximate = approximate;
  }

  forward(x: Tensor): Tensor {
    return ops.gelu(x, this.approximate);
  }

  protected override extraRepr(): string {
    return `approximate='${this.approximate}'`;
  }
}

/** log(1 + e^(beta · x)) / beta. As `torch.nn.Softplus`. */
export class Softplus extends Module {
  readonly beta: number;
  readonly threshold: number;

  constructor(beta = 1, threshold = 20) {
    super();
    this.beta = beta;
    this.threshold = threshold;
  }

  forward(x: Tensor): Tensor {
    return ops.softplus(x, this.beta, this.threshold);
  }

  protected override extraRepr(): string {
    return `beta=${pythonFloat(this.beta)}, threshold=${pythonFloat(this.threshold)}`;
  }
}

/** x · sigmoid(x). As `torch.nn.SiLU`. */
export class SiLU extends Module {
  forward(x: Tensor): Tensor {
    return ops.silu(x);
  }
}

/** x · relu6(x + 3) / 6. As `torch.nn.Hardswish`. */
export class Hardswish extends Module {
  forward(x: Tensor): Tensor {
    return ops.hardswish(x);
  }
}

/** relu6(x + 3) / 6. As `torch.nn.Hardsigmoid`. */
export class Hardsigmoid extends Module {
  forward(x: Tensor): Tensor {
    return ops.hardsigmoid(x);
  }
}

/** 1 / (1 + e^−x). As `torch.nn.Sigmoid`. */
export class Sigmoid extends Module {
  forward(x: Tensor): Tensor {
    return ops.sigmoid(x);
  }
}

/** The hyperbolic tangent. As `torch.nn.Tanh`. */
export class Tanh extends Module {
  forward(x: Tensor): Tensor {
    return ops.tanh(x);
  }
}

/**
 * @module
 * The fully connected layer.
 */

import { linear } from "../ops/index.ts";
import { zeros } from "../tensor/creation.ts";
import type { Tensor } from "../tensor/tensor.ts";
import { defaultInit } from "./init.ts";
import { Module } from "./module.ts";
import { Parameter } from "./parameter.ts";
import { pythonBool } from "./repr.ts";

/** x · weightᵀ + bias over the last dimension. As `torch.nn.Linear`, its initial values included. */
export class Linear extends Module {
  readonly inFeatures: number;
  readonly outFeatures: number;
  /** `[outFeatures, inFeatures]` */
  readonly weight: Parameter;
  /** `[outFeatures]`, or null without a bias */
  readonly bias: Parameter | null;

  constructor(inFeatures: number, outFeatures: number, options: { readonly bias?: boolean } = {}) {
    super();
    this.inFeatures = inFeatures;
    this.outFeatures = outFeatures;
    this.weight = new Parameter(zeros([outFeatures, inFeatures]));
    this.bias = (options.bias ?? true) ? new Parameter(zeros([outFeatures])) : null;
    defaultInit(this.weight, this.bias);
  }

  forward(x: Tensor): Tensor {
    return linear(x, this.weight, this.bias);
  }

  protected override extraRepr(): string {
    return `in_features=${this.inFeatures}, out_features=${this.outFeatures}, bias=${pythonBool(this.bias !== null)}`;
  }
}

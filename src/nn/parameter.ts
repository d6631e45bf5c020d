/**
 * @module
 * A tensor that a module learns.
 */

import type { FloatDType } from "../tensor/dtype.ts";
import { Tensor } from "../tensor/tensor.ts";

/** A leaf tensor that belongs to a module's parameters. As `torch.nn.Parameter`. */
export class Parameter<D extends FloatDType = FloatDType> extends Tensor<D> {
  /** @param initial whose array becomes the parameter's own */
  constructor(initial: Tensor<D>, options: { readonly requiresGrad?: boolean } = {}) {
    super(initial.data, initial.shape, initial.dtype, { requiresGrad: options.requiresGrad ?? true });
  }
}

/**
 * @module
 * Layers that change the shape, or nothing at all.
 */

import { flatten, reshape } from "../ops/index.ts";
import type { Shape } from "../tensor/shape.ts";
import { normalizeDim } from "../tensor/shape.ts";
import type { Tensor } from "../tensor/tensor.ts";
import { Module } from "./module.ts";
import { pythonTuple } from "./repr.ts";

/** Merges dimensions, all but the first unless told otherwise. As `torch.nn.Flatten`. */
export class Flatten extends Module {
  readonly startDim: number;
  readonly endDim: number;

  constructor(startDim = 1, endDim = -1) {
    super();
    this.startDim = startDim;
    this.endDim = endDim;
  }

  forward(x: Tensor): Tensor {
    return flatten(x, this.startDim, this.endDim);
  }

  protected override extraRepr(): string {
    return `start_dim=${this.startDim}, end_dim=${this.endDim}`;
  }
}

/** Splits one dimension into several. As `torch.nn.Unflatten`. */
export class Unflatten extends Module {
  readonly dim: number;
  readonly sizes: Shape;

  constructor(dim: number, sizes: Shape) {
    super();
    this.dim = dim;
    this.sizes = sizes;
  }

  forward(x: Tensor): Tensor {
    const dim = normalizeDim("Unflatten", this.dim, x.ndim);
    return reshape(x, [...x.shape.slice(0, dim), ...this.sizes, ...x.shape.slice(dim + 1)]);
  }

  protected override extraRepr(): string {
    return `dim=${this.dim}, unflattened_size=${pythonTuple(this.sizes)}`;
  }
}

/** Passes its input on. As `torch.nn.Identity`. */
export class Identity extends Module {
  forward(x: Tensor): Tensor {
    return x;
  }
}

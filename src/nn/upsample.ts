/**
 * @module
 * The resizing layer.
 */

import { interpolate } from "../ops/index.ts";
import type { InterpolateOptions } from "../ops/index.ts";
import type { Tensor } from "../tensor/tensor.ts";
import { Module } from "./module.ts";
import { pythonFloat } from "./repr.ts";

/** Resizes images, by `size` or by `scaleFactor`. As `torch.nn.Upsample` with the modes "nearest" and "bilinear". */
export class Upsample extends Module {
  readonly options: InterpolateOptions;

  constructor(options: InterpolateOptions) {
    super();
    this.options = options;
  }

  forward(x: Tensor): Tensor {
    return interpolate(x, this.options);
  }

  protected override extraRepr(): string {
    const { size, scaleFactor, mode = "nearest" } = this.options;
    const list = (value: number | readonly number[], show: (n: number) => string): string =>
      typeof value === "number" ? show(value) : `(${value.map(show).join(", ")})`;
    const how =
      scaleFactor !== undefined
        ? `scale_factor=${list(scaleFactor, pythonFloat)}`
        : `size=${list(size ?? 0, String)}`;
    return `${how}, mode='${mode}'`;
  }
}

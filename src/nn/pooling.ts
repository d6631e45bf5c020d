/**
 * @module
 * Pooling layers.
 */

import { adaptiveAvgPool2d, avgPool2d, maxPool2d } from "../ops/index.ts";
import type { AvgPool2dOptions, MaxPool2dOptions, OutputSize, Pair } from "../ops/index.ts";
import type { Tensor } from "../tensor/tensor.ts";
import { Module } from "./module.ts";
import { pythonBool, pythonPair, pythonTuple } from "./repr.ts";

/** The largest value of each window. As `torch.nn.MaxPool2d`. */
export class MaxPool2d extends Module {
  readonly kernelSize: Pair;
  readonly options: MaxPool2dOptions;

  constructor(kernelSize: Pair, options: MaxPool2dOptions = {}) {
    super();
    this.kernelSize = kernelSize;
    this.options = options;
  }

  forward(x: Tensor): Tensor {
    return maxPool2d(x, this.kernelSize, this.options);
  }

  protected override extraRepr(): string {
    const { stride = this.kernelSize, padding = 0, dilation = 1, ceilMode = false } = this.options;
    return (
      `kernel_size=${pythonPair(this.kernelSize)}, stride=${pythonPair(stride)}, padding=${pythonPair(padding)}, ` +
      `dilation=${pythonPair(dilation)}, ceil_mode=${pythonBool(ceilMode)}`
    );
  }
}

/** The mean of each window. As `torch.nn.AvgPool2d`. */
export class AvgPool2d extends Module {
  readonly kernelSize: Pair;
  readonly options: AvgPool2dOptions;

  constructor(kernelSize: Pair, options: AvgPool2dOptions = {}) {
    super();
    this.kernelSize = kernelSize;
    this.options = options;
  }

  forward(x: Tensor): Tensor {
    return avgPool2d(x, this.kernelSize, this.options);
  }

  protected override extraRepr(): string {
    const { stride = this.kernelSize, padding = 0 } = this.options;
    return `kernel_size=${pythonPair(this.kernelSize)}, stride=${pythonPair(stride)}, padding=${pythonPair(padding)}`;
  }
}

/** Means over as many windows as the output is to have pixels. As `torch.nn.AdaptiveAvgPool2d`. */
export class AdaptiveAvgPool2d extends Module {
  readonly outputSize: OutputSize;

  constructor(outputSize: OutputSize) {
    super();
    this.outputSize = outputSize;
  }

  forward(x: Tensor): Tensor {
    return adaptiveAvgPool2d(x, this.outputSize);
  }

  protected override extraRepr(): string {
    const { outputSize } = this;
    if (outputSize === null || typeof outputSize === "number") return `output_size=${outputSize ?? "None"}`;
    return `output_size=${pythonTuple(outputSize)}`;
  }
}

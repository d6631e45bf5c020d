/**
 * @module
 * The convolutional layer.
 */

import { conv2d, pad } from "../ops/index.ts";
import type { Conv2dOptions, PadMode } from "../ops/index.ts";
import { pairOf } from "../ops/window2d.ts";
import type { Pair } from "../ops/window2d.ts";
import { zeros } from "../tensor/creation.ts";
import type { Tensor } from "../tensor/tensor.ts";
import { defaultInit } from "./init.ts";
import { Module } from "./module.ts";
import { Parameter } from "./parameter.ts";
import { pythonTuple } from "./repr.ts";

/** What continues the image beyond its border. */
export type PaddingMode = "zeros" | Exclude<PadMode, "constant">;

/** Options of {@link Conv2d}, with PyTorch's defaults. */
export interface Conv2dLayerOptions extends Conv2dOptions {
  /** Whether a bias is learned; true. */
  readonly bias?: boolean;
  /** "zeros". */
  readonly paddingMode?: PaddingMode;
}

/**
 * A bank of kernels over an image `[N, C, H, W]`. As `torch.nn.Conv2d`, its initial values included.
 *
 * @example
 * new Conv2d(1, 32, 3).forward(zeros([8, 1, 28, 28])).shape; // [8, 32, 26, 26]
 */
export class Conv2d extends Module {
  readonly inChannels: number;
  readonly outChannels: number;
  readonly kernelSize: readonly [number, number];
  readonly options: Conv2dLayerOptions;
  /** `[outChannels, inChannels / groups, kH, kW]` */
  readonly weight: Parameter;
  /** `[outChannels]`, or null without a bias */
  readonly bias: Parameter | null;

  constructor(inChannels: number, outChannels: number, kernelSize: Pair, options: Conv2dLayerOptions = {}) {
    super();
    this.inChannels = inChannels;
    this.outChannels = outChannels;
    this.kernelSize = pairOf(kernelSize);
    this.options = options;
    const groups = options.groups ?? 1;
    this.weight = new Parameter(zeros([outChannels, inChannels / groups, ...this.kernelSize]));
    this.bias = (options.bias ?? true) ? new Parameter(zeros([outChannels])) : null;
    defaultInit(this.weight, this.bias);
  }

  forward(x: Tensor): Tensor {
    const { paddingMode = "zeros", ...options } = this.options;
    if (paddingMode === "zeros") return conv2d(x, this.weight, this.bias, options);
    return conv2d(pad(x, this.#amounts(), { mode: paddingMode }), this.weight, this.bias, {
      ...options,
      padding: 0,
    });
  }

  protected override extraRepr(): string {
    const { stride = 1, padding = 0, paddingMode = "zeros", dilation = 1, groups = 1 } = this.options;
    const pair = (value: Pair): string => pythonTuple(pairOf(value));
    const padded = typeof padding === "string" || pairOf(padding).some((size) => size !== 0);
    const spread = pairOf(dilation).some((step) => step !== 1);
    return [
      `${this.inChannels}, ${this.outChannels}, kernel_size=${pair(this.kernelSize)}, stride=${pair(stride)}`,
      ...(padded ? [`padding=${typeof padding === "string" ? padding : pair(padding)}`] : []),
      ...(spread ? [`dilation=${pair(dilation)}`] : []),
      ...(groups !== 1 ? [`groups=${groups}`] : []),
      ...(this.bias === null ? ["bias=False"] : []),
      ...(paddingMode !== "zeros" ? [`padding_mode=${paddingMode}`] : []),
    ].join(", ");
  }

  /** The padding as `pad` takes it: left, right, top, bottom. */
  #amounts(): number[] {
    const { padding = 0, dilation = 1 } = this.options;
    if (padding === "valid") return [0, 0, 0, 0];
    if (padding === "same") {
      // d(k - 1) in all, the odd one at the far end; the width first.
      const [tapsHeight, tapsWidth] = this.kernelSize;
      const [dilationHeight, dilationWidth] = pairOf(dilation);
      return [dilationWidth * (tapsWidth - 1), dilationHeight * (tapsHeight - 1)].flatMap((total) => [
        Math.floor(total / 2),
        Math.ceil(total / 2),
      ]);
    }
    const [vertical, horizontal] = pairOf(padding);
    return [horizontal, horizontal, vertical, vertical];
  }
}

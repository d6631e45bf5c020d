/**
 * @module
 * Padding layers: one number for all four sides of an image, or [left, right, top, bottom].
 */

import { pad } from "../ops/index.ts";
import type { PadMode } from "../ops/index.ts";
import type { Tensor } from "../tensor/tensor.ts";
import { Module } from "./module.ts";
import { pythonFloat, pythonTuple } from "./repr.ts";

/** One number for all sides, or left, right, top, bottom. */
export type Sides = number | readonly [left: number, right: number, top: number, bottom: number];

abstract class Pad2d extends Module {
  readonly padding: readonly [left: number, right: number, top: number, bottom: number];

  constructor(padding: Sides) {
    super();
    this.padding = typeof padding === "number" ? [padding, padding, padding, padding] : padding;
  }

  protected abstract readonly mode: PadMode;

  forward(x: Tensor): Tensor {
    return pad(x, this.padding, { mode: this.mode });
  }

  protected override extraRepr(): string {
    return pythonTuple(this.padding);
  }
}

/** Zeros around an image. As `torch.nn.ZeroPad2d`. */
export class ZeroPad2d extends Pad2d {
  protected readonly mode = "constant";
}

/** The image mirrored at its edge pixels. As `torch.nn.ReflectionPad2d`. */
export class ReflectionPad2d extends Pad2d {
  protected readonly mode = "reflect";
}

/** The edge pixels repeated. As `torch.nn.ReplicationPad2d`. */
export class ReplicationPad2d extends Pad2d {
  protected readonly mode = "replicate";
}

/** The other end of the image. As `torch.nn.CircularPad2d`. */
export class CircularPad2d extends Pad2d {
  protected readonly mode = "circular";
}

/** One value around an image. As `torch.nn.ConstantPad2d`. */
export class ConstantPad2d extends Pad2d {
  protected readonly mode = "constant";
  readonly value: number;

  constructor(padding: Sides, value: number) {
    super(padding);
    this.value = value;
  }

  override forward(x: Tensor): Tensor {
    return pad(x, this.padding, { value: this.value });
  }

  protected override extraRepr(): string {
    return `padding=${pythonTuple(this.padding)}, value=${pythonFloat(this.value)}`;
  }
}

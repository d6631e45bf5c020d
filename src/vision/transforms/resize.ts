/**
 * @module
 * Another size, by resampling.
 */

import { ArgumentError } from "../../errors.ts";
import { ImageError } from "../image-error.ts";
import { resample } from "../resample.ts";
import { resizeTensor } from "./resize-tensor.ts";
import { sizeNumbers } from "./size.ts";
import type { Size } from "./size.ts";
import { isTensor, sizeOf } from "./transform.ts";
import type { Picture, Transform } from "./transform.ts";

/** The values of torchvision's `InterpolationMode`. */
export const interpolationModes = [
  "nearest",
  "nearest-exact",
  "bilinear",
  "bicubic",
  "box",
  "hamming",
  "lanczos",
] as const;

/** How pixels between pixels are found: a value of torchvision's `InterpolationMode`. */
export type InterpolationMode = (typeof interpolationModes)[number];

/** Settings of {@link Resize}. */
export interface ResizeOptions {
  /** `bilinear` unless said. */
  readonly interpolation?: InterpolationMode;
  /** The longer edge may not exceed this; only with a size of one number, and greater than it. */
  readonly maxSize?: number | null;
  /** Whether a reduced tensor is smoothed; true unless said. Pictures always are, as by Pillow. */
  readonly antialias?: boolean | null;
}

/** Pixels of the largest result. A picture of one row could otherwise ask for a thousand times its own size. */
const MAX_PIXELS = 2 ** 26;

/**
 * Resizes to [height, width], or so that the shorter edge has `size` pixels and the other follows, rounded down. As
 * `torchvision.transforms.Resize`: pictures to the bit as Pillow does it, tensors as `torch.nn.functional.interpolate`
 * within float32's rounding.
 *
 * @example
 * new Resize(256).apply(picture); // 640 x 480 becomes 341 x 256
 */
export class Resize implements Transform {
  readonly size: readonly [number] | readonly [number, number];
  readonly interpolation: InterpolationMode;
  readonly maxSize: number | null;
  readonly antialias: boolean;

  /** @throws ArgumentError when the size or an option is not possible */
  constructor(size: Size, options: ResizeOptions = {}) {
    this.size = sizeNumbers("Resize", size);
    this.interpolation = options.interpolation ?? "bilinear";
    this.maxSize = options.maxSize ?? null;
    this.antialias = options.antialias === undefined ? true : (options.antialias ?? false);
    if (!interpolationModes.includes(this.interpolation)) {
      throw new ArgumentError(
        `Resize: expected interpolation ${interpolationModes.join(", ")}, got ${this.interpolation}`,
      );
    }
    if (this.maxSize !== null && (this.size.length === 2 || !(this.maxSize > this.size[0]))) {
      throw new ArgumentError(
        `Resize: maxSize goes with a size of one number and is greater than it, got ${this.maxSize} with [${this.size.join(", ")}]`,
      );
    }
  }

  /**
   * @throws ImageError when the result would be larger than 2^26 pixels, or without any
   * @throws ShapeError, DTypeError, ArgumentError for tensors that are not [..., C, H, W], or modes not made for them
   */
  apply(picture: Picture): Picture {
    const { height, width } = sizeOf("Resize", picture);
    const [newHeight, newWidth] = this.#resized(height, width);
    if (newHeight === height && newWidth === width) return picture;
    if (newHeight < 1 || newWidth < 1 || newHeight * newWidth > MAX_PIXELS) {
      throw new ImageError(
        `Resize: ${width} x ${height} pixels would become ${newWidth} x ${newHeight}, expected 1 to ${MAX_PIXELS} in all`,
      );
    }
    if (isTensor(picture))
      return resizeTensor(picture, newHeight, newWidth, this.interpolation, this.antialias);
    const filter = this.interpolation === "nearest-exact" ? "nearest" : this.interpolation;
    return resample(picture, newWidth, newHeight, filter);
  }

  #resized(height: number, width: number): readonly [height: number, width: number] {
    if (this.size.length === 2) return this.size;
    const [short, long] = width <= height ? [width, height] : [height, width];
    let newShort = this.size[0];
    let newLong = Math.trunc((newShort * long) / short);
    if (this.maxSize !== null && newLong > this.maxSize) {
      newShort = Math.trunc((this.maxSize * newShort) / newLong);
      newLong = this.maxSize;
    }
    return width <= height ? [newLong, newShort] : [newShort, newLong];
  }

  toString(): string {
    const size = this.size.length === 1 ? String(this.size[0]) : `[${this.size.join(", ")}]`;
    const maxSize = this.maxSize === null ? "None" : String(this.maxSize);
    return `Resize(size=${size}, interpolation=${this.interpolation}, max_size=${maxSize}, antialias=${this.antialias ? "True" : "False"})`;
  }
}

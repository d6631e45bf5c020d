/**
 * @module
 * The middle of a picture.
 */

import { OUTSIDE, pickElements, pickPixels } from "../pick-pixels.ts";
import { sizeNumbers } from "./size.ts";
import type { Size } from "./size.ts";
import { isTensor, sizeOf } from "./transform.ts";
import type { Picture, Transform } from "./transform.ts";

/**
 * The middle [height, width], or a square of `size`. As `torchvision.transforms.CenterCrop`: what is smaller is padded
 * with zeros first, the odd row below and the odd column to the right; what is larger by an odd number is cut at the half
 * that is even, as Python rounds.
 *
 * @example
 * new CenterCrop(224).apply(picture); // 224 x 224
 */
export class CenterCrop implements Transform {
  readonly size: readonly [height: number, width: number];

  /** @throws ArgumentError when the size is not one or two whole numbers of at least 1 */
  constructor(size: Size) {
    const numbers = sizeNumbers("CenterCrop", size);
    this.size = numbers.length === 1 ? [numbers[0], numbers[0]] : numbers;
  }

  /** @throws ShapeError, DTypeError for tensors that are not [..., C, H, W] or hold integers of 64 bits */
  apply(picture: Picture): Picture {
    const { channels, height, width } = sizeOf("CenterCrop", picture);
    const rows = middle(height, this.size[0]);
    const columns = middle(width, this.size[1]);
    if (isTensor(picture)) return pickElements(picture, rows, columns, 0);
    return pickPixels(picture, rows, columns, new Array<number>(channels).fill(0));
  }

  toString(): string {
    return `CenterCrop(size=(${this.size.join(", ")}))`;
  }
}

/** Indices of the middle `count` of `length`. */
function middle(length: number, count: number): Int32Array {
  const start = count > length ? -Math.floor((count - length) / 2) : halfToEven(length - count);
  return Int32Array.from({ length: count }, (_, i) => {
    const at = start + i;
    return at >= 0 && at < length ? at : OUTSIDE;
  });
}

/** Half of a whole number, as Python's `round` sees it. */
function halfToEven(double: number): number {
  const half = Math.floor(double / 2);
  return double % 2 === 1 && half % 2 === 1 ? half + 1 : half;
}

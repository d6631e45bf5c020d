/**
 * @module
 * What a transform is: a step on the way from a picture to the tensor that a model takes.
 */

import { formatShape, ShapeError } from "../../errors.ts";
import type { AnyTensor } from "../../tensor/tensor.ts";
import { Tensor } from "../../tensor/tensor.ts";
import { ImageError } from "../image-error.ts";
import type { Image } from "../image.ts";

/** What flows between transforms: a picture, or a tensor `[..., C, H, W]`. */
export type Picture = Image | AnyTensor;

/** One step. The twin of an object of `torchvision.transforms`. */
export interface Transform {
  /**
   * Returns a new picture or tensor and leaves the given one alone.
   * @throws ImageError, ShapeError, DTypeError, ArgumentError when the step does not take what it is given
   */
  apply(picture: Picture): Picture;
  /** Name and settings, as Python's `repr` shows them. */
  toString(): string;
}

/** Whether a step is given a tensor rather than a picture. */
export function isTensor(picture: Picture): picture is AnyTensor {
  return picture instanceof Tensor;
}

/**
 * The picture.
 * @throws ImageError when it is a tensor already
 */
export function expectImage(name: string, picture: Picture): Image {
  if (isTensor(picture)) {
    throw new ImageError(`${name}: expected a picture, got a tensor ${formatShape(picture.shape)}`);
  }
  return picture;
}

/**
 * The tensor.
 * @throws ShapeError when it is a picture still, or has fewer dimensions than C, H, W
 */
export function expectTensor(name: string, picture: Picture): AnyTensor {
  if (!isTensor(picture)) {
    throw new ShapeError(
      `${name}: expected a tensor, got a picture of mode ${picture.mode}; put ToTensor before it`,
    );
  }
  if (picture.ndim < 3) {
    throw new ShapeError(`${name}: expected a tensor [..., C, H, W], got ${formatShape(picture.shape)}`);
  }
  return picture;
}

/** Channels, rows and columns of a picture or of a tensor's last three dimensions. */
export function sizeOf(name: string, picture: Picture): { channels: number; height: number; width: number } {
  if (!isTensor(picture)) return picture;
  const [channels, height, width] = expectTensor(name, picture).shape.slice(-3);
  return { channels, height, width };
}

/**
 * @module
 * What transforms have in common, and running several in a row.
 */

import { DTypeError, ShapeError, formatShape } from "../../errors.ts";
import { Tensor } from "../../tensor/tensor.ts";
import type { AnyTensor } from "../../tensor/tensor.ts";
import { Image } from "../image.ts";

/** A step of preprocessing: a picture or tensor in, another out; the argument is left as it was. */
export interface Transform<From = Image | AnyTensor, To = Image | AnyTensor> {
  apply(input: From): To;
}

/**
 * Transforms one after the other. As `torchvision.transforms.Compose`; the last one must give a floating-point tensor,
 * since that is what a model takes.
 *
 * @example
 * const transform = new Compose([new ToTensor(), new Normalize([0.1307], [0.3081])]);
 * transform.apply(image); // Tensor [1, 28, 28]
 */
export class Compose implements Transform<Image | AnyTensor, Tensor> {
  readonly transforms: readonly Transform[];

  constructor(transforms: readonly Transform[]) {
    this.transforms = transforms;
  }

  /**
   * Runs all of them.
   * @throws ImageError, ShapeError, DTypeError, ArgumentError from the transform that cannot go on
   * @throws DTypeError when what comes out is not a floating-point tensor
   */
  apply(input: Image | AnyTensor): Tensor {
    let value = input;
    for (const transform of this.transforms) value = transform.apply(value);
    return floatTensor("Compose", value);
  }
}

/**
 * Narrows to a picture.
 * @throws DTypeError when it is a tensor
 */
export function expectImage(transform: string, input: Image | AnyTensor): Image {
  if (input instanceof Image) return input;
  throw new DTypeError(`${transform}: expected a picture, got ${describe(input)}`);
}

/**
 * Narrows to a floating-point tensor.
 * @throws DTypeError when it is a picture or a tensor of integers
 */
export function floatTensor(transform: string, input: Image | AnyTensor): Tensor {
  if (input instanceof Tensor && isFloatTensor(input)) return input;
  throw new DTypeError(
    `${transform}: expected a floating-point tensor, got ${describe(input)}; ToTensor makes one of 8-bit pictures`,
  );
}

/**
 * The sizes of a tensor that holds one picture.
 * @throws ShapeError when it is not [C, H, W]
 */
export function pictureShape(transform: string, x: AnyTensor): readonly [number, number, number] {
  const [channels, height, width] = x.shape;
  if (x.ndim !== 3)
    throw new ShapeError(`${transform}: expected a tensor [C, H, W], got ${formatShape(x.shape)}`);
  return [channels, height, width];
}

function isFloatTensor(x: AnyTensor): x is Tensor {
  return x.dtype === "float32" || x.dtype === "float64";
}

function describe(input: Image | AnyTensor): string {
  return input instanceof Image
    ? `a picture (${input})`
    : `a tensor ${formatShape(input.shape)} of ${input.dtype}`;
}

/**
 * @module
 * From what a transform leaves to the tensor that a module takes.
 */

import { ArgumentError } from "../errors.ts";
import { Tensor } from "../tensor/tensor.ts";
import type { Picture } from "../vision/transforms/index.ts";

/** The tensor, as float32. @throws ArgumentError when it is still a picture */
export function asFloatTensor(picture: Picture): Tensor {
  if (!(picture instanceof Tensor)) {
    throw new ArgumentError(
      "image_processing ends with a picture, not with a tensor; put ToTensor() into it",
    );
  }
  return picture.to("float32");
}

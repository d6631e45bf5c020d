/**
 * @module
 * Tensors for tests that are not in the case table.
 */

import type { FloatDType } from "../../src/tensor/dtype.ts";
import { elementCount } from "../../src/tensor/shape.ts";
import type { Tensor } from "../../src/tensor/tensor.ts";
import { full } from "../../src/tensor/creation.ts";
import { spreadValues } from "./case.ts";

/** A tensor of distinct values in (-2, 2), always the same ones for a seed. */
export function spreadTensor<D extends FloatDType = "float32">(
  shape: readonly number[],
  seed: number,
  options: { readonly dtype?: D; readonly requiresGrad?: boolean } = {},
): Tensor<D> {
  const x = full(shape, 0, options);
  x.data.set(spreadValues(elementCount(shape), seed, [-2, 2]));
  return x;
}

/** Entry `i` of the first dimension, as a batch of one. */
export function single(x: Tensor, i: number): Tensor {
  const shape = [1, ...x.shape.slice(1)];
  const size = elementCount(shape);
  const image = full(shape, 0, { dtype: x.dtype });
  image.data.set(x.data.subarray(i * size, (i + 1) * size));
  return image;
}

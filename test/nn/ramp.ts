/**
 * @module
 * Values that test and fixture compute alike.
 */

import { fromData } from "../../src/tensor/creation.ts";
import { elementCount } from "../../src/tensor/shape.ts";
import type { Tensor } from "../../src/tensor/tensor.ts";

/** Distinct multiples of 1/1024 in [-1, 1), in a scrambled order; tools/nn_fixtures.py has the same formula. */
export function ramp(...shape: readonly number[]): Tensor<"float32"> {
  const values = Float32Array.from({ length: elementCount(shape) }, (_, i) => ((i * 7919) % 2048) / 1024 - 1);
  return fromData(values, shape);
}

/**
 * @module
 * Turns a scalar function with its derivative into an operation on tensors.
 */

import { defineOp } from "../autograd/op.ts";
import { pointwiseBackward, pointwiseForward } from "../kernels/reference/pointwise.ts";
import type { ScalarFunction } from "../kernels/reference/pointwise.ts";
import type { Tensor } from "../tensor/tensor.ts";

/** The operation that applies `f` to every element. */
export function definePointwise(name: string, f: ScalarFunction): (x: Tensor) => Tensor {
  const op = defineOp<readonly [Tensor], null, { outShape: readonly number[] }>({
    name,
    plan: ([x]) => ({ outShape: x.shape }),
    forward(y, [x]) {
      pointwiseForward(y, x.data, f);
      return (dy, [dx]) => {
        if (dx) pointwiseBackward(dx, dy, x.data, y, f);
      };
    },
  });
  return (x) => op([x], null);
}

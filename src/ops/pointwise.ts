/**
 * @module
 * Turns a scalar function with its derivative into an operation on tensors.
 */

import { defineOp } from "../autograd/op.ts";
import { pointwiseBackward, pointwiseForward } from "../kernels/reference/pointwise.ts";
import type { ScalarFunction } from "../kernels/reference/pointwise.ts";
import type { Shape } from "../tensor/shape.ts";
import type { Tensor } from "../tensor/tensor.ts";

/** The operation that applies a function, which may differ from call to call, to every element. */
export function pointwiseOp(name: string): (xs: readonly [Tensor], f: ScalarFunction) => Tensor {
  return defineOp<readonly [Tensor], ScalarFunction, PointwisePlan>({
    name,
    plan: ([x], f) => ({ outShape: x.shape, f }),
    forward(y, [x], { f }) {
      pointwiseForward(y, x.data, f);
      return (dy, [dx]) => {
        if (dx) pointwiseBackward(dx, dy, x.data, y, f);
      };
    },
  });
}

/** The operation that applies `f` to every element. */
export function definePointwise(name: string, f: ScalarFunction): (x: Tensor) => Tensor {
  const op = pointwiseOp(name);
  return (x) => op([x], f);
}

interface PointwisePlan {
  readonly outShape: Shape;
  readonly f: ScalarFunction;
}

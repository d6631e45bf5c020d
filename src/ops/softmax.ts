/**
 * @module
 * Softmax and its logarithm.
 */

import { defineOp } from "../autograd/op.ts";
import type { FloatArray } from "../kernels/geometry.ts";
import type { Axis } from "../kernels/reference/axis.ts";
import * as kernel from "../kernels/reference/softmax.ts";
import type { Shape } from "../tensor/shape.ts";
import type { Tensor } from "../tensor/tensor.ts";
import { axisOf } from "./axis.ts";

interface SoftmaxPlan {
  readonly outShape: Shape;
  readonly axis: Axis;
}

interface SoftmaxSpec {
  readonly name: string;
  forward(y: FloatArray, x: FloatArray, axis: Axis): void;
  backward(dx: FloatArray, dy: FloatArray, y: FloatArray, axis: Axis): void;
}

function defineSoftmax(spec: SoftmaxSpec): (xs: readonly [Tensor], dim: number) => Tensor {
  return defineOp<readonly [Tensor], number, SoftmaxPlan>({
    name: spec.name,
    plan: ([x], dim) => ({ outShape: x.shape, axis: axisOf(spec.name, x.shape, dim) }),
    forward(y, [x], { axis }) {
      spec.forward(y, x.data, axis);
      return (dy, [dx]) => {
        if (dx) spec.backward(dx, dy, y, axis);
      };
    },
  });
}

const softmaxOp = defineSoftmax({
  name: "softmax",
  forward: kernel.softmaxForward,
  backward: kernel.softmaxBackward,
});

const logSoftmaxOp = defineSoftmax({
  name: "logSoftmax",
  forward: kernel.logSoftmaxForward,
  backward: kernel.logSoftmaxBackward,
});

/**
 * exp(x) / Σ exp(x) along `dim`: every line sums to 1. As `torch.softmax`; sums run in float64. A line with +Infinity or
 * NaN, or of nothing but -Infinity, is NaN.
 * @throws IndexRangeError when there is no dimension `dim`
 */
export function softmax(x: Tensor, dim: number): Tensor {
  return softmaxOp([x], dim);
}

/**
 * x − log Σ exp(x) along `dim`, without overflow: log-probabilities. As `torch.log_softmax`; sums run in float64. A line
 * with +Infinity or NaN, or of nothing but -Infinity, is NaN.
 * @throws IndexRangeError when there is no dimension `dim`
 *
 * @example
 * logSoftmax(tensor([[1000, 0, -1000]]), 1); // [[0, -1000, -2000]]
 */
export function logSoftmax(x: Tensor, dim: number): Tensor {
  return logSoftmaxOp([x], dim);
}

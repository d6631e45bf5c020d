/**
 * @module
 * Two operands of different shapes: what the arithmetic operations share.
 */

import { defineOp } from "../autograd/op.ts";
import type { Pullback } from "../autograd/node.ts";
import { collapse } from "../kernels/reference/broadcast.ts";
import type { StridedPair } from "../kernels/reference/broadcast.ts";
import type { FloatArray } from "../kernels/geometry.ts";
import { sumReduce } from "../kernels/reference/reduce.ts";
import { full } from "../tensor/creation.ts";
import { broadcastShapes, broadcastStrides, contiguousStrides } from "../tensor/shape.ts";
import type { Shape } from "../tensor/shape.ts";
import type { Tensor } from "../tensor/tensor.ts";

/** A tensor, or a number that stands for a scalar tensor of the other operand's dtype. */
export type Operand = Tensor | number;

/** How the result's index space maps to both operands. */
export interface BroadcastPlan {
  readonly outShape: Shape;
  readonly pair: StridedPair;
}

/** The operation behind one arithmetic sign. */
export interface BinarySpec {
  readonly name: string;
  forward(y: FloatArray, a: FloatArray, b: FloatArray, pair: StridedPair): void;
  /** The adjoint, in the form of {@link Pullback}. */
  pullback(y: FloatArray, a: Tensor, b: Tensor, plan: BroadcastPlan): Pullback;
}

/** The broadcasting operation on two operands, of which at least one must be a tensor. */
export function defineBinary(spec: BinarySpec): (a: Operand, b: Operand) => Tensor {
  const op = defineOp<readonly [Tensor, Tensor], null, BroadcastPlan>({
    name: spec.name,
    plan([a, b]) {
      const outShape = broadcastShapes(spec.name, a.shape, b.shape);
      const stridesA = broadcastStrides(a.shape, outShape);
      const stridesB = broadcastStrides(b.shape, outShape);
      return { outShape, pair: collapse({ sizes: outShape, stridesA, stridesB }) };
    },
    forward(y, [a, b], plan) {
      spec.forward(y, a.data, b.data, plan.pair);
      return spec.pullback(y, a, b, plan);
    },
  });
  return (a, b) => {
    const like = typeof a === "number" ? b : a;
    if (typeof like === "number") throw new TypeError(`${spec.name}: expected at least one tensor`);
    return op([asTensor(a, like), asTensor(b, like)], null);
  };
}

/** A number as a scalar of the other operand's dtype. */
export function asTensor(operand: Operand, like: Tensor): Tensor {
  return typeof operand === "number" ? full([], operand, { dtype: like.dtype }) : operand;
}

/** dx += scale · dy, summed over the dimensions along which `x` was stretched to `outShape`. */
export function addUnbroadcast(
  dx: FloatArray,
  xShape: Shape,
  dy: FloatArray,
  outShape: Shape,
  scale: number,
): void {
  const pair = {
    sizes: outShape,
    stridesA: broadcastStrides(xShape, outShape),
    stridesB: contiguousStrides(outShape),
  };
  sumReduce(dx, dy, collapse(pair), scale);
}

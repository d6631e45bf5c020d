/**
 * @module
 * The four operations and the power, with broadcasting. A number stands for a scalar of the other operand's dtype (so
 * 0.1 is rounded to float32 beside a float32 tensor, as in PyTorch).
 */

import type { FloatArray } from "../kernels/geometry.ts";
import { collapse } from "../kernels/reference/broadcast.ts";
import type { StridedPair } from "../kernels/reference/broadcast.ts";
import { addForward, divForward, mulForward, powForward, subForward } from "../kernels/reference/binary.ts";
import { allocate } from "../tensor/dtype.ts";
import { broadcastStrides, contiguousStrides, elementCount } from "../tensor/shape.ts";
import type { Shape } from "../tensor/shape.ts";
import type { Tensor } from "../tensor/tensor.ts";
import { addUnbroadcast, defineBinary } from "./broadcast.ts";

/** a + b. As `torch.add`. */
export const add = defineBinary({
  name: "add",
  forward: addForward,
  pullback:
    (_y, a, b, plan) =>
    (dy, [da, db]) => {
      if (da) addUnbroadcast(da, a.shape, dy, plan.outShape, 1);
      if (db) addUnbroadcast(db, b.shape, dy, plan.outShape, 1);
    },
});

/** a - b. As `torch.sub`. */
export const sub = defineBinary({
  name: "sub",
  forward: subForward,
  pullback:
    (_y, a, b, plan) =>
    (dy, [da, db]) => {
      if (da) addUnbroadcast(da, a.shape, dy, plan.outShape, 1);
      if (db) addUnbroadcast(db, b.shape, dy, plan.outShape, -1);
    },
});

/** a · b. As `torch.mul`. */
export const mul = defineBinary({
  name: "mul",
  forward: mulForward,
  pullback:
    (_y, a, b, plan) =>
    (dy, [da, db]) => {
      if (da) addUnbroadcast(da, a.shape, times(dy, b, plan.outShape), plan.outShape, 1);
      if (db) addUnbroadcast(db, b.shape, times(dy, a, plan.outShape), plan.outShape, 1);
    },
});

/** a / b. As `torch.div` without a rounding mode. */
export const div = defineBinary({
  name: "div",
  forward: divForward,
  pullback:
    (y, a, b, plan) =>
    (dy, [da, db]) => {
      const quotient = over(dy, b, plan.outShape);
      if (da) addUnbroadcast(da, a.shape, quotient, plan.outShape, 1);
      if (db) {
        // d(a/b)/db = -a/b² = -(a/b)/b
        for (let i = 0; i < quotient.length; i++) quotient[i] *= y[i];
        addUnbroadcast(db, b.shape, quotient, plan.outShape, -1);
      }
    },
});

/**
 * a^b, either of which may be a number. As `torch.pow`: 0^0 = 1, the gradient for the base is 0 where the exponent is 0,
 * and the gradient for the exponent is 0 where the base is 0 and the exponent is not negative.
 */
export const pow = defineBinary({
  name: "pow",
  forward: powForward,
  pullback:
    (y, a, b, plan) =>
    (dy, [da, db]) => {
      const base = stretched(a, plan.outShape);
      const exponent = stretched(b, plan.outShape);
      if (da) {
        const slope = dy.map((g, i) =>
          exponent[i] === 0 ? 0 : g * exponent[i] * base[i] ** (exponent[i] - 1),
        );
        addUnbroadcast(da, a.shape, slope, plan.outShape, 1);
      }
      if (db) {
        const slope = dy.map((g, i) =>
          base[i] === 0 && exponent[i] >= 0 ? 0 : g * y[i] * Math.log(base[i]),
        );
        addUnbroadcast(db, b.shape, slope, plan.outShape, 1);
      }
    },
});

/** dy · x with x stretched to `shape`, the shape of dy. */
function times(dy: FloatArray, x: Tensor, shape: Shape): FloatArray {
  const product = dy.slice();
  mulForward(product, dy, x.data, stretch(x, shape));
  return product;
}

/** dy / x with x stretched to `shape`, the shape of dy. */
function over(dy: FloatArray, x: Tensor, shape: Shape): FloatArray {
  const quotient = dy.slice();
  divForward(quotient, dy, x.data, stretch(x, shape));
  return quotient;
}

/** The elements of x stretched to `shape`. */
function stretched(x: Tensor, shape: Shape): FloatArray {
  return times(allocate(x.dtype, elementCount(shape)).fill(1), x, shape);
}

/** The index space of `shape` with a contiguous array beside x, stretched. */
function stretch(x: Tensor, shape: Shape): StridedPair {
  const stridesA = contiguousStrides(shape);
  return collapse({ sizes: shape, stridesA, stridesB: broadcastStrides(x.shape, shape) });
}

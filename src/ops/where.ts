/**
 * @module
 * One of two values for each element.
 */

import { defineOp } from "../autograd/op.ts";
import { selectBackward, selectForward } from "../kernels/reference/select.ts";
import { broadcastShapes } from "../tensor/shape.ts";
import type { Shape } from "../tensor/shape.ts";
import type { AnyTensor, Tensor } from "../tensor/tensor.ts";
import { asTensor } from "./broadcast.ts";
import type { Operand } from "./broadcast.ts";
import { expand } from "./expand.ts";

interface WherePlan {
  readonly outShape: Shape;
  readonly test: Float32Array | Float64Array;
}

const op = defineOp<readonly [Tensor, Tensor], WherePlan["test"], WherePlan>({
  name: "where",
  plan: ([a], test) => ({ outShape: a.shape, test }),
  forward(y, [a, b], { test }) {
    selectForward(y, test, a.data, b.data);
    return (dy, [da, db]) => {
      if (da) selectBackward(da, dy, test, true);
      if (db) selectBackward(db, dy, test, false);
    };
  },
});

/**
 * `a` where `condition` is not 0, otherwise `b`; all three are broadcast. As `torch.where`: an infinity or NaN in the
 * branch that is not taken leaves no trace, and the gradient goes to the branch that is. Unlike PyTorch, `a` and `b` must be
 * of one dtype where both are tensors.
 * @param condition of any dtype; it gets no gradient
 * @throws ShapeError when the shapes cannot be broadcast
 * @throws DTypeError when `a` and `b` are not floating-point or differ in dtype
 * @throws TypeError when neither is a tensor
 *
 * @example
 * where(tensor([1, 0], { dtype: "bool" }), tensor([1, 2]), 0); // [1, 0]
 */
export function where(condition: AnyTensor, a: Operand, b: Operand): Tensor {
  const like = typeof a === "number" ? b : a;
  if (typeof like === "number")
    throw new TypeError("where: expected at least one tensor beside the condition");
  const [left, right] = [asTensor(a, like), asTensor(b, like)];
  const shape = broadcastShapes("where", condition.shape, broadcastShapes("where", left.shape, right.shape));
  const mask = condition.to("float32").detach();
  const test = expand(mask, shape).data;
  return op([expand(left, shape), expand(right, shape)], test);
}

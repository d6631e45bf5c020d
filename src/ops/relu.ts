/**
 * @module
 * The rectifier.
 */

import { defineOp } from "../autograd/op.ts";
import { kernels } from "../kernels/index.ts";
import type { Shape } from "../tensor/shape.ts";
import type { Tensor } from "../tensor/tensor.ts";

const op = defineOp<readonly [Tensor], null, { outShape: Shape }>({
  name: "relu",
  plan: ([x]) => ({ outShape: x.shape }),
  forward(y, [x]) {
    kernels().reluForward(y, x.data);
    return (dy, [dx]) => {
      if (dx) kernels().reluBackward(dx, dy, x.data);
    };
  },
});

/** The plan of a traced relu, else null. */
export const reluPlanOf = op.planOf;

/**
 * max(x, 0), element by element. As `torch.relu`: the gradient is 0 at 0; NaN stays NaN and passes its gradient on.
 */
export function relu(x: Tensor): Tensor {
  return op([x], null);
}

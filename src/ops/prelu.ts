/**
 * @module
 * The rectifier whose slope below 0 is learned.
 */

import { defineOp } from "../autograd/op.ts";
import { ArgumentError, formatShape } from "../errors.ts";
import { preluBackward, preluForward, preluSlopeBackward } from "../kernels/reference/select.ts";
import type { Shape } from "../tensor/shape.ts";
import type { Tensor } from "../tensor/tensor.ts";
import { expand } from "./expand.ts";
import { reshape } from "./reshape.ts";

const op = defineOp<readonly [Tensor, Tensor], null, { readonly outShape: Shape }>({
  name: "prelu",
  plan: ([x]) => ({ outShape: x.shape }),
  forward(y, [x, slope]) {
    preluForward(y, x.data, slope.data);
    return (dy, [dx, dslope]) => {
      if (dx) preluBackward(dx, dy, x.data, slope.data);
      if (dslope) preluSlopeBackward(dslope, dy, x.data);
    };
  },
});

/**
 * x above 0, otherwise `slope` · x. As `torch.nn.functional.prelu`: at 0 the gradient is the slope's.
 * @param x [N, C, ...] or, with one slope, any shape
 * @param slope one for all, or one for each channel
 * @throws ArgumentError when there are as many slopes as neither
 */
export function prelu(x: Tensor, slope: Tensor): Tensor {
  const count = slope.numel();
  const channels = x.ndim < 2 ? 1 : x.shape[1];
  if (count !== 1 && count !== channels) {
    throw new ArgumentError(
      `prelu: expected 1 slope or ${channels}, one for each channel of ${formatShape(x.shape)}, got ${count}`,
    );
  }
  // Along the channels; a scalar and a vector have none.
  const shape = x.shape.map((_, d) => (d === 1 ? count : 1));
  return op([x, expand(reshape(slope, shape), x.shape)], null);
}

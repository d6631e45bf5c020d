/**
 * @module
 * Stretching dimensions of size 1. The result is a copy.
 */

import { defineOp } from "../autograd/op.ts";
import { formatShape, ShapeError } from "../errors.ts";
import { collapse } from "../kernels/reference/broadcast.ts";
import { copyRegion } from "../kernels/reference/region.ts";
import type { Region } from "../kernels/reference/region.ts";
import { broadcastStrides, contiguousStrides } from "../tensor/shape.ts";
import type { Shape } from "../tensor/shape.ts";
import type { Tensor } from "../tensor/tensor.ts";
import { addUnbroadcast } from "./broadcast.ts";

interface ExpandPlan {
  readonly outShape: Shape;
  readonly region: Region;
}

const op = defineOp<readonly [Tensor], Shape, ExpandPlan>({
  name: "expand",
  plan: ([x], shape) => planExpand(x.shape, shape),
  forward(y, [x], { outShape, region }) {
    copyRegion(y, x.data, region);
    return (dy, [dx]) => {
      if (dx) addUnbroadcast(dx, x.shape, dy, outShape, 1);
    };
  },
});

/**
 * Repeats `x` along its dimensions of size 1, and along new ones in front, until it has `shape`. As
 * `torch.Tensor.expand`, except that the result is a copy. Arithmetic broadcasts by itself, without this.
 * @param shape a size of -1 keeps that of `x`
 * @throws ShapeError when `x` does not stretch to it
 *
 * @example
 * expand(tensor([[1], [2]]), [-1, 3]); // [[1, 1, 1], [2, 2, 2]]
 */
export function expand(x: Tensor, shape: Shape): Tensor {
  return op([x], shape);
}

function planExpand(x: Shape, wanted: Shape): ExpandPlan {
  const offset = wanted.length - x.length;
  const outShape = wanted.map((size, d) => (size === -1 && d >= offset ? x[d - offset] : size));
  const odd = x.findIndex((size, d) => size !== 1 && size !== outShape[d + offset]);
  if (offset < 0 || odd >= 0 || outShape.some((size) => size < 0)) {
    throw new ShapeError(
      `expand: ${formatShape(x)} does not stretch to ${formatShape(wanted)}: ` +
        (odd >= 0 && offset >= 0
          ? `dimension ${odd} has size ${x[odd]}, only a size of 1 stretches`
          : "expected at least as many dimensions, -1 only for those that exist"),
    );
  }
  const pair = {
    sizes: outShape,
    stridesA: contiguousStrides(outShape),
    stridesB: broadcastStrides(x, outShape),
  };
  return { outShape, region: { ...collapse(pair), startA: 0, startB: 0 } };
}

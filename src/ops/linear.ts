/**
 * @module
 * The affine map of a fully connected layer.
 */

import { defineOp } from "../autograd/op.ts";
import { formatShape, ShapeError } from "../errors.ts";
import type { MatmulGeometry } from "../kernels/geometry.ts";
import { kernels } from "../kernels/index.ts";
import type { StridedPair } from "../kernels/reference/broadcast.ts";
import { spread, sumReduce } from "../kernels/reference/reduce.ts";
import { elementCount } from "../tensor/shape.ts";
import type { Shape } from "../tensor/shape.ts";
import type { Tensor } from "../tensor/tensor.ts";
import { addLeftGradient, addRightGradient } from "./matmul.ts";

/** What linear decided about one call. */
export interface LinearPlan {
  readonly outShape: Shape;
  readonly product: MatmulGeometry;
  /** The index space of the result with the bias (A) repeated for every row. */
  readonly biasRows: StridedPair;
}

const op = defineOp<readonly [Tensor, Tensor, Tensor | null], null, LinearPlan>({
  name: "linear",
  plan: ([x, weight, bias]) => planLinear(x.shape, weight.shape, bias?.shape ?? null),
  forward(y, [x, weight, bias], plan) {
    // The product adds onto the bias, so that their sum is rounded once.
    if (bias) spread(y, bias.data, plan.biasRows, 1);
    kernels().matmul(y, x.data, weight.data, plan.product);
    return (dy, [dx, dweight, dbias]) => {
      if (dx) addLeftGradient(dx, dy, weight.data, plan.product);
      if (dweight) addRightGradient(dweight, dy, x.data, plan.product);
      if (dbias) sumReduce(dbias, dy, plan.biasRows, 1);
    };
  },
});

/** The plan of a traced linear, else null; its inputs are x, weight and bias. */
export const linearPlanOf = op.planOf;

/**
 * y = x · weightᵀ + bias along the last dimension. As `torch.nn.functional.linear`, except that the weight must be a
 * matrix and the bias a vector.
 * @param x `[..., in]`, any number of dimensions in front, none included
 * @param weight `[out, in]`
 * @param bias `[out]`
 * @returns `[..., out]`
 * @throws ShapeError when the shapes do not fit each other
 */
export function linear(x: Tensor, weight: Tensor, bias: Tensor | null = null): Tensor {
  return op([x, weight, bias], null);
}

function planLinear(x: Shape, weight: Shape, bias: Shape | null): LinearPlan {
  if (weight.length !== 2) {
    throw new ShapeError(`linear: expected a weight [out, in], got ${formatShape(weight)}`);
  }
  const [outFeatures, inFeatures] = weight;
  if (x.at(-1) !== inFeatures) {
    throw new ShapeError(
      `linear: weight ${formatShape(weight)} takes ${inFeatures} features in the last dimension, ` +
        `got an input ${formatShape(x)}`,
    );
  }
  if (bias !== null && (bias.length !== 1 || bias[0] !== outFeatures)) {
    throw new ShapeError(
      `linear: expected a bias [${outFeatures}] for weight ${formatShape(weight)}, got ${formatShape(bias)}`,
    );
  }
  const front = x.slice(0, -1);
  const rows = elementCount(front);
  return {
    outShape: [...front, outFeatures],
    product: {
      batch: 1,
      m: rows,
      k: inFeatures,
      n: outFeatures,
      transposeA: false,
      transposeB: true,
      batchStrideA: 0,
      batchStrideB: 0,
      batchStrideC: 0,
    },
    biasRows: { sizes: [rows, outFeatures], stridesA: [0, 1], stridesB: [outFeatures, 1] },
  };
}

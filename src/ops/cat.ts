/**
 * @module
 * Joining tensors.
 */

import { defineOp } from "../autograd/op.ts";
import { formatShape, ShapeError } from "../errors.ts";
import { collapse } from "../kernels/reference/broadcast.ts";
import { addRegion, copyRegion } from "../kernels/reference/region.ts";
import type { Region } from "../kernels/reference/region.ts";
import { contiguousStrides, normalizeDim, sameShape } from "../tensor/shape.ts";
import type { Shape } from "../tensor/shape.ts";
import type { Tensor } from "../tensor/tensor.ts";
import { unsqueeze } from "./reshape.ts";

interface CatPlan {
  readonly outShape: Shape;
  /** Where each part goes: A is the result, B the part. */
  readonly regions: readonly Region[];
}

const catOp = defineOp<readonly Tensor[], number, CatPlan>({
  name: "cat",
  plan: (parts, dim) => {
    const shapes = parts.map((part) => part.shape);
    return planCat(shapes, dim);
  },
  forward(y, parts, { regions }) {
    parts.forEach((part, i) => copyRegion(y, part.data, regions[i]));
    return (dy, dparts) => {
      dparts.forEach((dpart, i) => {
        if (dpart) addRegion(dpart, dy, regions[i]);
      });
    };
  },
});

/**
 * Tensors one after the other along a dimension that exists. As `torch.cat`, except that a tensor of shape [0] is not
 * silently left out beside others of more dimensions.
 * @param parts at least one, of one dtype, equal in all sizes but that of `dim`
 * @throws ShapeError naming the first part that does not fit, or when a part is a scalar
 * @throws DTypeError when there is no part, or they differ in dtype
 *
 * @example
 * cat([zeros([2, 3]), ones([1, 3])], 0).shape; // [3, 3]
 */
export function cat(parts: readonly Tensor[], dim = 0): Tensor {
  return catOp(parts, dim);
}

/**
 * Tensors of one shape side by side along a new dimension. As `torch.stack`.
 * @throws ShapeError naming the first part that differs from part 0
 * @throws DTypeError when there is no part, or they differ in dtype
 * @throws IndexRangeError when `dim` is outside of [-rank - 1, rank]
 *
 * @example
 * stack([zeros([3]), ones([3])]).shape; // [2, 3]
 */
export function stack(parts: readonly Tensor[], dim = 0): Tensor {
  const odd = parts.findIndex((part) => !sameShape(part.shape, parts[0].shape));
  if (odd >= 0) {
    throw new ShapeError(
      `stack: expected tensors of one shape, got ${formatShape(parts[0].shape)} and, as part ${odd}, ` +
        formatShape(parts[odd].shape),
    );
  }
  // A negative dimension counts in the result, which has one more; cat sees it in just that shape.
  return cat(
    parts.map((part) => unsqueeze(part, dim)),
    dim,
  );
}

function planCat(shapes: readonly Shape[], dim: number): CatPlan {
  const first = shapes[0];
  if (first.length === 0) throw new ShapeError("cat: scalars have no dimension to join along; stack them");
  const d = normalizeDim("cat", dim, first.length);
  const odd = shapes.findIndex(
    (shape) => shape.length !== first.length || shape.some((size, i) => i !== d && size !== first[i]),
  );
  if (odd >= 0) {
    throw new ShapeError(
      `cat: part ${odd} of shape ${formatShape(shapes[odd])} does not fit part 0 of shape ${formatShape(first)}: ` +
        `expected equal sizes except in dimension ${d}`,
    );
  }
  const total = shapes.reduce((sum, shape) => sum + shape[d], 0);
  const outShape = first.map((size, i) => (i === d ? total : size));
  const stridesA = contiguousStrides(outShape);
  let entries = 0;
  const regions = shapes.map((sizes) => {
    const startA = entries * stridesA[d];
    entries += sizes[d];
    return { ...collapse({ sizes, stridesA, stridesB: contiguousStrides(sizes) }), startA, startB: 0 };
  });
  return { outShape, regions };
}

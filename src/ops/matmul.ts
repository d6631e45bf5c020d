/**
 * @module
 * The matrix product under torch.matmul's rules of rank.
 */

import { defineOp } from "../autograd/op.ts";
import { formatShape, ShapeError } from "../errors.ts";
import type { FloatArray, MatmulGeometry } from "../kernels/geometry.ts";
import { kernels } from "../kernels/index.ts";
import { collapse, forEachRow } from "../kernels/reference/broadcast.ts";
import { broadcastShapes, broadcastStrides } from "../tensor/shape.ts";
import type { Shape } from "../tensor/shape.ts";
import type { Tensor } from "../tensor/tensor.ts";

/** One kernel call: C[c..] += A[a..] · B[b..]. Positions are in elements. */
interface Product {
  readonly a: number;
  readonly b: number;
  readonly c: number;
  readonly geometry: MatmulGeometry;
}

interface MatmulPlan {
  readonly outShape: Shape;
  readonly products: readonly Product[];
}

const op = defineOp<readonly [Tensor, Tensor], null, MatmulPlan>({
  name: "matmul",
  plan: ([a, b]) => planMatmul(a.shape, b.shape),
  forward(y, [a, b], plan) {
    for (const p of plan.products) {
      kernels().matmul(y.subarray(p.c), a.data.subarray(p.a), b.data.subarray(p.b), p.geometry);
    }
    return (dy, [da, db]) => {
      for (const p of plan.products) {
        if (da) addLeftGradient(da.subarray(p.a), dy.subarray(p.c), b.data.subarray(p.b), p.geometry);
        if (db) addRightGradient(db.subarray(p.b), dy.subarray(p.c), a.data.subarray(p.a), p.geometry);
      }
    };
  },
});

/**
 * The product of two matrices, vectors, or batches of them. As `torch.matmul`:
 *
 * - `[k]` · `[k]` is the scalar product, `[]`;
 * - `[m, k]` · `[k, n]` is `[m, n]`;
 * - a vector on the left is a row and on the right a column, and its dimension is missing from the result;
 * - further dimensions in front count matrices, and broadcast against each other.
 *
 * @throws ShapeError when an operand is a scalar, the inner sizes differ, or the dimensions in front do not broadcast
 *
 * @example
 * matmul(zeros([8, 1, 2, 3]), zeros([5, 3, 4])).shape; // [8, 5, 2, 4]
 */
export function matmul(a: Tensor, b: Tensor): Tensor {
  return op([a, b], null);
}

/** dA += dC · Bᵀ for the product that `g` describes. */
export function addLeftGradient(da: FloatArray, dc: FloatArray, b: FloatArray, g: MatmulGeometry): void {
  kernels().matmul(da, dc, b, {
    batch: g.batch,
    m: g.m,
    k: g.n,
    n: g.k,
    transposeA: false,
    transposeB: !g.transposeB,
    batchStrideA: g.batchStrideC,
    batchStrideB: g.batchStrideB,
    batchStrideC: g.batchStrideA,
  });
}

/** dB += Aᵀ · dC, or where B is stored transposed dB += dCᵀ · A, for the product that `g` describes. */
export function addRightGradient(db: FloatArray, dc: FloatArray, a: FloatArray, g: MatmulGeometry): void {
  const [left, right] = g.transposeB ? [dc, a] : [a, dc];
  kernels().matmul(db, left, right, {
    batch: g.batch,
    m: g.transposeB ? g.n : g.k,
    k: g.m,
    n: g.transposeB ? g.k : g.n,
    transposeA: true,
    transposeB: false,
    batchStrideA: g.transposeB ? g.batchStrideC : g.batchStrideA,
    batchStrideB: g.transposeB ? g.batchStrideA : g.batchStrideC,
    batchStrideC: g.batchStrideB,
  });
}

function planMatmul(a: Shape, b: Shape): MatmulPlan {
  if (a.length === 0 || b.length === 0) {
    throw new ShapeError(
      `matmul: expected operands of at least one dimension, got ${formatShape(a)} and ${formatShape(b)}; ` +
        "scale with mul instead",
    );
  }
  const [m, k] = a.length === 1 ? [1, a[0]] : a.slice(-2);
  const [inner, n] = b.length === 1 ? [b[0], 1] : b.slice(-2);
  if (k !== inner) {
    throw new ShapeError(
      `matmul: ${formatShape(a)} and ${formatShape(b)} do not multiply: the inner sizes ${k} and ${inner} differ`,
    );
  }
  const batchA = a.slice(0, -2);
  const batchB = b.slice(0, -2);
  const fronts = `matmul: the dimensions in front of the matrices of ${formatShape(a)} and ${formatShape(b)}`;
  const batch = broadcastShapes(fronts, batchA, batchB);
  const outShape = [...batch, ...(a.length === 1 ? [] : [m]), ...(b.length === 1 ? [] : [n])];
  return { outShape, products: planProducts(batch, batchA, batchB, m, k, n) };
}

/**
 * Covers the broadcast batch with as few kernel calls as its strides allow. A run of matrices A that all meet the same B
 * is one tall matrix, `[count · m, k]`.
 */
function planProducts(
  batch: Shape,
  batchA: Shape,
  batchB: Shape,
  m: number,
  k: number,
  n: number,
): Product[] {
  const products: Product[] = [];
  // Strides of the batch dimensions are counted in matrices here.
  const pair = collapse({
    sizes: batch,
    stridesA: broadcastStrides(batchA, batch),
    stridesB: broadcastStrides(batchB, batch),
  });
  forEachRow(pair, (c, a, b, count, stepA, stepB) => {
    const tall = stepA === 1 && stepB === 0;
    products.push({
      a: a * m * k,
      b: b * k * n,
      c: c * m * n,
      geometry: {
        batch: tall ? 1 : count,
        m: tall ? count * m : m,
        k,
        n,
        transposeA: false,
        transposeB: false,
        batchStrideA: stepA * m * k,
        batchStrideB: stepB * k * n,
        batchStrideC: m * n,
      },
    });
  });
  return products;
}

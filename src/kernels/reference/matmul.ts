/** @module Batched matrix product with optional transposition, from the definition. */

import type { FloatArray, MatmulGeometry } from "../geometry.ts";

/**
 * c[i] += op(a[i]) · op(b[i]), where op transposes on request: op(a) `[m, k]`, op(b) `[k, n]`, c `[m, n]`.
 * Each dot product runs in float64 and is added to c with one rounding.
 */
export function matmul(c: FloatArray, a: FloatArray, b: FloatArray, g: MatmulGeometry): void {
  const { m, n, k } = g;
  // Steps between neighbours along m (or n) and along k, whichever way the matrix is stored.
  const aRow = g.transposeA ? 1 : k;
  const aStep = g.transposeA ? m : 1;
  const bColumn = g.transposeB ? k : 1;
  const bStep = g.transposeB ? 1 : n;
  for (let i = 0; i < g.batch; i++) {
    for (let row = 0; row < m; row++) {
      const aStart = i * g.batchStrideA + row * aRow;
      const cStart = i * g.batchStrideC + row * n;
      for (let column = 0; column < n; column++) {
        let ai = aStart;
        let bi = i * g.batchStrideB + column * bColumn;
        let sum = 0;
        for (let j = 0; j < k; j++) {
          sum += a[ai] * b[bi];
          ai += aStep;
          bi += bStep;
        }
        c[cStart + column] += sum;
      }
    }
  }
}

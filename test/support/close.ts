/**
 * @module
 * Comparing arrays of numbers: |actual − expected| ≤ atol + rtol·|expected|, NaN equal to NaN alone.
 */

import { AssertionError } from "chai";

/** How far apart two numbers may be. */
export interface Tolerance {
  readonly rtol: number;
  readonly atol: number;
}

/** torch.testing.assert_close's defaults. */
export const float32Tolerance: Tolerance = { rtol: 1.3e-6, atol: 1e-5 };
export const float64Tolerance: Tolerance = { rtol: 1e-7, atol: 1e-7 };

/** Fails with the number of mismatches and the worst one. */
export function expectClose(
  actual: ArrayLike<number>,
  expected: ArrayLike<number>,
  tolerance: Tolerance,
  what: string,
): void {
  if (actual.length !== expected.length) {
    throw new AssertionError(`${what}: ${actual.length} values, expected ${expected.length}`);
  }
  let mismatches = 0;
  let worst = -1;
  let worstExcess = 0;
  for (let i = 0; i < expected.length; i++) {
    if (Object.is(actual[i], expected[i]) || actual[i] === expected[i]) continue;
    const distance = Math.abs(actual[i] - expected[i]);
    const excess = distance / (tolerance.atol + tolerance.rtol * Math.abs(expected[i]));
    if (excess <= 1) continue;
    mismatches++;
    // An excess that is NaN (one value NaN or infinite, the other not) is the worst of all.
    if (worst < 0 || !(excess <= worstExcess)) {
      worst = i;
      worstExcess = excess;
    }
  }
  if (mismatches > 0) {
    throw new AssertionError(
      `${what}: ${mismatches} of ${expected.length} values differ; worst at ${worst}: got ${actual[worst]}, ` +
        `expected ${expected[worst]} (${worstExcess.toPrecision(3)} times the tolerance)`,
    );
  }
}

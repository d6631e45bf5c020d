/**
 * @module
 * Scalar functions with their derivatives, PyTorch's definitions and its choices at kinks.
 */

import type { ScalarFunction } from "./pointwise.ts";

/** PyTorch's `neg`. */
export const neg: ScalarFunction = { value: (x) => -x, slope: () => -1 };

/** PyTorch's `exp`. */
export const exp: ScalarFunction = { value: Math.exp, slope: (_x, y) => y };

/** The natural logarithm, PyTorch's `log`: NaN below 0; the slope is infinite at 0. */
export const log: ScalarFunction = { value: Math.log, slope: (x) => 1 / x };

/** The slope is infinite at 0. */
export const sqrt: ScalarFunction = { value: Math.sqrt, slope: (_x, y) => 1 / (2 * y) };

/** The slope is 0 at 0 and at NaN. */
export const abs: ScalarFunction = { value: Math.abs, slope: (x) => (x > 0 ? 1 : x < 0 ? -1 : 0) };

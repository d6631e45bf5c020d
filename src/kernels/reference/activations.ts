/**
 * @module
 * The activation functions of networks with their derivatives, PyTorch's definitions and its choices at kinks and NaN.
 * relu has kernels of its own.
 */

import { erfc } from "./erf.ts";
import type { ScalarFunction } from "./pointwise.ts";

function logistic(x: number): number {
  return 1 / (1 + Math.exp(-x));
}

/** 1 / (1 + e^-x), PyTorch's `sigmoid`; d/dx = y · (1 - y). */
export const sigmoid: ScalarFunction = { value: logistic, slope: (_x, y) => y * (1 - y) };

/** PyTorch's `tanh`; d/dx = 1 - y². */
export const tanh: ScalarFunction = { value: Math.tanh, slope: (_x, y) => 1 - y * y };

/** x · sigmoid(x), PyTorch's `silu`. */
export const silu: ScalarFunction = {
  value: (x) => x * logistic(x),
  slope(x) {
    const s = logistic(x);
    return s * (1 + x * (1 - s));
  },
};

/** x · Φ(x), Φ the normal distribution function; d/dx = Φ + x · φ. */
export const gelu: ScalarFunction = {
  value: (x) => x * normalShare(x),
  slope: (x) => normalShare(x) + (x * Math.exp(-0.5 * x * x)) / Math.sqrt(2 * Math.PI),
};

/** Φ(x) = erfc(-x/√2) / 2, which keeps its digits where it is near 0. */
function normalShare(x: number): number {
  return 0.5 * erfc(-x * Math.SQRT1_2);
}

const GELU_SCALE = Math.sqrt(2 / Math.PI);
const GELU_CUBIC = 0.044715;

/** gelu with Φ(x) replaced by (1 + tanh(√(2/π) · (x + 0.044715 x³))) / 2. */
export const geluTanh: ScalarFunction = {
  value: (x) => 0.5 * x * (1 + Math.tanh(GELU_SCALE * (x + GELU_CUBIC * x * x * x))),
  slope(x) {
    const t = Math.tanh(GELU_SCALE * (x + GELU_CUBIC * x * x * x));
    return 0.5 * (1 + t) + 0.5 * x * (1 - t * t) * GELU_SCALE * (1 + 3 * GELU_CUBIC * x * x);
  },
};

/** The slope is 1 at 3 and 0 at -3. */
export const hardswish: ScalarFunction = {
  value: (x) => (x * Math.min(Math.max(x + 3, 0), 6)) / 6,
  slope: (x) => (x <= -3 ? 0 : x < 3 ? x / 3 + 0.5 : 1),
};

/** The slope is 0 at both kinks and at NaN. */
export const hardsigmoid: ScalarFunction = {
  value: (x) => Math.min(Math.max(x + 3, 0), 6) / 6,
  slope: (x) => (x > -3 && x < 3 ? 1 / 6 : 0),
};

/** The slope is 0 at both kinks, but 1 at NaN. */
export const relu6: ScalarFunction = {
  value: (x) => Math.min(Math.max(x, 0), 6),
  slope: (x) => (x <= 0 || x >= 6 ? 0 : 1),
};

/** The slope at 0 and at NaN is `negativeSlope`. */
export function leakyRelu(negativeSlope: number): ScalarFunction {
  return {
    value: (x) => (x > 0 ? x : x * negativeSlope),
    slope: (x) => (x > 0 ? 1 : negativeSlope),
  };
}

/** The slope at 0 is `alpha`. */
export function elu(alpha: number): ScalarFunction {
  return {
    value: (x) => (x <= 0 ? alpha * Math.expm1(x) : x),
    slope: (x) => (x <= 0 ? alpha * Math.exp(x) : 1),
  };
}

/** log(1 + exp(beta · x)) / beta, and x itself where beta · x exceeds the threshold. */
export function softplus(beta: number, threshold: number): ScalarFunction {
  return {
    value: (x) => (x * beta > threshold ? x : Math.log1p(Math.exp(x * beta)) / beta),
    slope: (x) => (x * beta > threshold ? 1 : logistic(x * beta)),
  };
}

/** The slope is 0 at the bounds and at NaN; null is no bound. */
export function clamp(min: number | null, max: number | null): ScalarFunction {
  const low = min ?? -Infinity;
  const high = max ?? Infinity;
  return {
    value: (x) => Math.min(Math.max(x, low), high),
    // An absent bound must let an infinity pass that a bound at infinity would stop.
    slope: (x) => ((min === null || x > min) && (max === null || x < max) ? 1 : 0),
  };
}

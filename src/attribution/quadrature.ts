/**
 * @module
 * Rules for integrating over [0, 1]: at which fractions of the path the gradient is asked for, and what each counts.
 */

import { ArgumentError, nearestName } from "../errors.ts";

const builders = {
  riemann_left: (n: number) => riemann(n, linspace32(0, 1 - 1 / n, n)),
  riemann_right: (n: number) => riemann(n, linspace32(1 / n, 1, n)),
  riemann_middle: (n: number) => riemann(n, linspace32(1 / (2 * n), 1 - 1 / (2 * n), n)),
  riemann_trapezoid: trapezoid,
  gausslegendre: gaussLegendre,
} as const;

/** Captum's names of the rules. */
export type QuadratureMethod = keyof typeof builders;

/** Every rule that {@link quadrature} knows. */
export const quadratureMethods: readonly QuadratureMethod[] =
  Object.keys(builders).filter(isQuadratureMethod);

/** ∫₀¹ f ≈ Σ weights[k] · f(alphas[k]). */
export interface Quadrature {
  /** Where the integrand is evaluated, ascending. */
  readonly alphas: Float64Array;
  /** What each evaluation counts. */
  readonly weights: Float64Array;
}

/**
 * The `n` nodes and weights of a rule, as Captum's `approximation_parameters(method)`:
 *
 * | method | α_k, k = 0..n−1 | w_k |
 * | --- | --- | --- |
 * | `riemann_left` | k/n | 1/n |
 * | `riemann_right` | (k+1)/n | 1/n |
 * | `riemann_middle` | (k+½)/n | 1/n |
 * | `riemann_trapezoid` | k/(n−1) | 1/n, half of that at both ends |
 * | `gausslegendre` | (1+ξ_k)/2 | ω_k/2, with ξ, ω the Gauss–Legendre rule on [−1, 1] |
 *
 * The weights of the trapezoid sum to (n−1)/n, not to 1: a constant comes out short by 1/n. That is Captum's rule, kept
 * for parity. Riemann's α are float32 values, as Captum takes them from `torch.linspace`.
 * @throws ArgumentError when the method is unknown, or `n` is not an integer of at least 1 (2 for Riemann's rules)
 *
 * @example
 * quadrature("gausslegendre", 2).alphas; // [0.2113..., 0.7886...]
 */
export function quadrature(method: string, n: number): Quadrature {
  if (!isQuadratureMethod(method)) {
    const near = nearestName(method, Object.keys(builders));
    throw new ArgumentError(
      `quadrature: unknown method "${method}"${near === null ? "" : `; did you mean "${near}"?`}; ` +
        `known: ${Object.keys(builders).join(", ")}`,
    );
  }
  const least = method === "gausslegendre" ? 1 : 2;
  if (!Number.isInteger(n) || n < least) {
    throw new ArgumentError(
      `quadrature: ${method} needs a number of steps that is an integer >= ${least}, got ${n}`,
    );
  }
  return builders[method](n);
}

/** Whether `name` is one of {@link quadratureMethods}. */
export function isQuadratureMethod(name: string): name is QuadratureMethod {
  return Object.hasOwn(builders, name);
}

function riemann(n: number, alphas: Float64Array): Quadrature {
  return { alphas, weights: new Float64Array(n).fill(1 / n) };
}

function trapezoid(n: number): Quadrature {
  const rule = riemann(n, linspace32(0, 1, n));
  rule.weights[0] /= 2;
  rule.weights[n - 1] /= 2;
  return rule;
}

/**
 * float32 values from `start` to `end` as `torch.linspace` of today makes them, to the bit: ends and step are rounded to
 * float32, each value is rounded once, and the second half counts back from the end.
 */
function linspace32(start: number, end: number, n: number): Float64Array {
  const from = Math.fround(start);
  const to = Math.fround(end);
  const step = Math.fround(Math.fround(to - from) / (n - 1));
  const half = Math.floor(n / 2);
  return Float64Array.from({ length: n }, (_, i) =>
    Math.fround(i < half ? from + i * step : to - (n - 1 - i) * step),
  );
}

/**
 * Gauss–Legendre on [0, 1]: exact for polynomials up to degree 2n − 1. The nodes are the roots of the Legendre polynomial
 * P_n, found by Newton's method; ω = 2 / ((1 − ξ²) P_n′(ξ)²).
 */
function gaussLegendre(n: number): Quadrature {
  const alphas = new Float64Array(n);
  const weights = new Float64Array(n);
  // The roots are symmetric about 0: the positive half, largest first, gives both ends.
  for (let k = 0; k < Math.ceil(n / 2); k++) {
    const root = 2 * k + 1 === n ? 0 : legendreRoot(n, k);
    const slope = legendre(n, root).derivative;
    const weight = 1 / ((1 - root * root) * slope * slope);
    alphas[k] = (1 - root) / 2;
    alphas[n - 1 - k] = (1 + root) / 2;
    weights[k] = weight;
    weights[n - 1 - k] = weight;
  }
  return { alphas, weights };
}

/** The root of P_n that is the k-th from the right. */
function legendreRoot(n: number, k: number): number {
  // Tricomi's estimate is close enough for Newton's method to double its digits at once.
  let x = Math.cos((Math.PI * (k + 0.75)) / (n + 0.5));
  for (let iteration = 0; iteration < 10; iteration++) {
    const { value, derivative } = legendre(n, x);
    const step = value / derivative;
    x -= step;
    if (Math.abs(step) < 1e-16) break;
  }
  return x;
}

/** P_n(x) and its derivative, by (k+1) P_{k+1} = (2k+1) x P_k − k P_{k−1}. */
function legendre(n: number, x: number): { value: number; derivative: number } {
  let value = 1;
  let before = 0;
  for (let k = 0; k < n; k++) {
    const next = ((2 * k + 1) * x * value - k * before) / (k + 1);
    before = value;
    value = next;
  }
  return { value, derivative: (n * (x * value - before)) / (x * x - 1) };
}

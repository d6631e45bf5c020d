/**
 * @module
 * The error function and its complement, to about fifteen digits; JavaScript has neither.
 */

/** Below this the series is used, from here on the continued fraction. */
const CROSSOVER = 2.5;

/** erf(x) = 2/√π · ∫₀ˣ exp(-t²) dt. */
export function erf(x: number): number {
  return Math.abs(x) < CROSSOVER ? series(x) : x < 0 ? fraction(-x) - 1 : 1 - fraction(x);
}

/** 1 - erf(x), without cancellation where erf(x) is near 1. */
export function erfc(x: number): number {
  return Math.abs(x) < CROSSOVER ? 1 - series(x) : x < 0 ? 2 - fraction(-x) : fraction(x);
}

/**
 * erf by its series 2/√π · exp(-x²) · Σ 2ⁿ x²ⁿ⁺¹ / (1 · 3 ··· (2n + 1)). All terms have the sign of x, so nothing
 * cancels, unlike in the Taylor series.
 */
function series(x: number): number {
  const square = x * x;
  let term = x;
  let sum = x;
  for (let odd = 3; Math.abs(term) > Math.abs(sum) * 1e-17; odd += 2) {
    term *= (2 * square) / odd;
    sum += term;
  }
  return (2 / Math.sqrt(Math.PI)) * Math.exp(-square) * sum;
}

/**
 * erfc for x >= CROSSOVER by the continued fraction exp(-x²)/√π · 1/(x + ½/(x + 1/(x + 1½/(x + ...)))), from the inside
 * out; sixty levels are enough at the crossover, and ever more than enough beyond.
 */
function fraction(x: number): number {
  let tail = x;
  for (let level = 60; level >= 1; level--) tail = x + level / 2 / tail;
  return Math.exp(-x * x) / Math.sqrt(Math.PI) / tail;
}

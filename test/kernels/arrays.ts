/** @module Arrays for the kernel tests: reproducible contents, and how two of them are compared. */

import { assert } from "chai";
import type { FloatArray, Kernels } from "../../src/kernels/index.ts";
import { relaxedSimd, simd } from "../../src/kernels/simd/index.ts";

/** The SIMD families that this engine runs; Node 20 has no relaxed SIMD. */
export function simdFamilies(): Kernels[] {
  return [simd(), relaxedSimd()].filter((family) => family !== null);
}

/** `length` numbers between -1 and 1 that depend on the seed only (a linear congruential generator). */
export function noise(length: number, seed: number): Float32Array {
  const values = new Float32Array(length);
  let state = (seed * 2654435761 + 12345) >>> 0;
  for (let i = 0; i < length; i++) {
    state = (Math.imul(state, 1664525) + 1013904223) >>> 0;
    values[i] = state / 2 ** 31 - 1;
  }
  return values;
}

/** {@link noise} in float64. */
export function noise64(length: number, seed: number): Float64Array {
  return Float64Array.from(noise(length, seed));
}

/** Σ a[i] · b[i] in float64. */
export function dot(a: FloatArray, b: FloatArray): number {
  let sum = 0;
  for (let i = 0; i < a.length; i++) sum += a[i] * b[i];
  return sum;
}

/**
 * Asserts that two arrays agree to float32 rounding: within 3e-6 of the largest finite magnitude (sums of up to some
 * thousand terms, added in another order), with NaN and infinities in the same places.
 */
export function assertClose(actual: FloatArray, expected: FloatArray, what: string): void {
  assert.strictEqual(actual.length, expected.length, what);
  let scale = 1;
  for (const value of expected) if (Number.isFinite(value)) scale = Math.max(scale, Math.abs(value));
  for (let i = 0; i < expected.length; i++) {
    const same = Object.is(actual[i], expected[i]) || Math.abs(actual[i] - expected[i]) <= 3e-6 * scale;
    if (!same) assert.fail(`${what}: element ${i} is ${actual[i]}, expected ${expected[i]}`);
  }
}

/** Asserts that two arrays hold the same bits, but for the sign and payload of NaN. */
export function assertIdentical(actual: ArrayLike<number>, expected: ArrayLike<number>, what: string): void {
  assert.strictEqual(actual.length, expected.length, what);
  for (let i = 0; i < expected.length; i++) {
    if (!Object.is(actual[i], expected[i])) {
      assert.fail(`${what}: element ${i} is ${actual[i]}, expected ${expected[i]}`);
    }
  }
}

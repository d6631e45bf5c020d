/** @module The sum of two arrays. */

import type { FloatArray } from "../geometry.ts";

/** y = a + b, element by element; all three have one length. y may be a or b. */
export function add(y: FloatArray, a: FloatArray, b: FloatArray): void {
  for (let i = 0; i < a.length; i++) y[i] = a[i] + b[i];
}

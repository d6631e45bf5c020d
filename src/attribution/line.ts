/**
 * @module
 * Functions that know a shorter way to what Integrated Gradients sums than their gradient at every point of the line.
 */

import type { Shape } from "../tensor/shape.ts";
import type { ForwardFunction } from "./forward.ts";

/** The straight line of one example, and what is summed on it. */
export interface LineRequest {
  /** Its start b, one example [1, ...]. */
  readonly baseline: Float32Array;
  /** x − b. */
  readonly difference: Float32Array;
  /** The points α_k, and the weight of each gradient. */
  readonly alphas: Float32Array;
  readonly weights: Float32Array;
  /** Which element of a row is differentiated, given the shape of the result for all points. */
  readonly target: (outShape: Shape) => number;
}

/** A forward with that knowledge; a captured function has it. */
export interface SumsGradients {
  /**
   * Σ_k weight_k · dF(b + α_k (x − b))/dx for an example of `shape`, within rounding of the long way; or null when there is no
   * shorter way for this example.
   */
  sumOfGradients(request: LineRequest, shape: Shape): Float32Array | null;
}

/** Whether a forward knows a shorter way. */
export function sumsGradients(forward: ForwardFunction): forward is ForwardFunction & SumsGradients {
  return "sumOfGradients" in forward && typeof forward.sumOfGradients === "function";
}

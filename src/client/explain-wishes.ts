/**
 * @module
 * What is asked of an explanation, as parameters of a request.
 */

import type { ExplainOptions } from "../model/explain-options.ts";
import type { Parameters } from "../oip/index.ts";

/** What is asked of an explanation; what is left out is the server's choice: Integrated Gradients in 15 steps. */
export interface ExplainWishes extends Omit<ExplainOptions, "target" | "onProgress"> {
  /** A class, or `"predicted"`, which is the default here. (TorchServe, and a bare request, explain class 0.) */
  readonly target?: number | "predicted";
}

/** The wishes under the names that travel. */
export function explainParameters(wishes: ExplainWishes): Parameters {
  const { target = "predicted", method, nSteps, baseline, internalBatchSize, output } = wishes;
  const named = {
    target,
    method,
    n_steps: nSteps,
    baseline,
    internal_batch_size: internalBatchSize,
    output,
  };
  return Object.fromEntries(
    Object.entries(named).flatMap(([name, value]) => (value === undefined ? [] : [[name, value]])),
  );
}

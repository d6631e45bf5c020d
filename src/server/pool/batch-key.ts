/**
 * @module
 * Which jobs can be run together. It knows nothing of what runs them: queues are kept by a thread that loads no engine.
 */

import type { Question } from "./job.ts";

/**
 * Methods that draw random numbers: a picture's noise depends on its place in the batch, so each is explained alone, and
 * the same question keeps getting the same answer.
 */
const randomMethods: readonly string[] = ["gradient_shap", "smoothgrad", "smoothgrad_sq", "vargrad"];

/**
 * Names what jobs must have in common to be run together; null for one that is run alone. Targets are not part of it:
 * every method takes one for each row.
 */
export function batchKey(question: Question): string | null {
  if (question.kind === "predict") return "predict";
  const { target, method, nSteps, baseline, internalBatchSize, output } = question.options;
  if (method !== undefined && randomMethods.includes(method)) return null;
  const chosen = target === "predicted" ? "predicted" : "given";
  return JSON.stringify([question.kind, chosen, method, nSteps, baseline, internalBatchSize, output]);
}

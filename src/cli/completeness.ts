/**
 * @module
 * The completeness of an explanation, in words.
 */

import type { Explanation } from "../model/model.ts";
import type { ExplainOutput } from "../model/explain-options.ts";

const outputNames: Readonly<Record<ExplainOutput, string>> = {
  forward: "log-probability",
  logit: "logit",
  prob: "probability",
};

/**
 * What the attributions sum to beside what the output changes by, and the gap between them; for a method that makes no
 * such promise, that it makes none.
 */
export function completeness(explanation: Explanation): string {
  const { method, nSteps, baseline, convergenceDelta, output } = explanation;
  if (convergenceDelta === null) {
    return `Method ${method}: its attributions do not sum to anything in particular.`;
  }
  let sum = 0;
  for (const value of explanation.attributions.data) sum += value;
  const change = sum - convergenceDelta;
  const share =
    change === 0 ? "" : ` (${((100 * Math.abs(convergenceDelta)) / Math.abs(change)).toFixed(2)} %)`;
  const steps = nSteps === null ? "" : `, ${nSteps} steps`;
  return (
    `Method ${method}${steps}, from baseline ${baseline}: the attributions sum to ${sum.toFixed(4)}, ` +
    `the ${outputNames[output]} changes by ${change.toFixed(4)}; the gap is ${convergenceDelta.toFixed(4)}${share}.`
  );
}

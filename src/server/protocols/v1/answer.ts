/**
 * @module
 * Answers of KServe's V1 protocol, as TorchServe's KServe wrapper words them.
 */

import { jsonNumber } from "../../../oip/index.ts";
import type { Answer } from "../../answer/answer.ts";
import { nestedLists } from "../nested-lists.ts";
import { compactJson } from "../door.ts";
import type { ModelInfo, Values } from "../subject.ts";
import type { V1Verb } from "./questions.ts";

/**
 * `{"predictions":[2]}`, the handler's answer for each instance, or `{"explanations":[...]}`, attributions [C][H][W] (or the handler's own
 * explanation) for each; with
 * `full` each item is an object with all that is known.
 */
export function v1Answer(
  verb: V1Verb,
  replies: readonly Values[],
  full: boolean,
  { classes }: Pick<ModelInfo, "classes">,
): Answer {
  const items = replies.map((values) => (full ? detailed(values, classes) : bare(values)));
  return compactJson(200, verb === "predict" ? { predictions: items } : { explanations: items });
}

function bare(values: Values): unknown {
  return "answer" in values ? values.answer : nestedLists(values.attributions);
}

function detailed(values: Values, classes: readonly string[]): object {
  switch (values.kind) {
    case "predict":
      return { prediction: values.prediction, scores: Array.from(values.scores, jsonNumber), classes };
    case "insights":
      return { insights: values.answer };
    case "attribute":
      return { attributions: nestedLists(values.attributions) };
    case "explain":
      return {
        prediction: values.prediction,
        scores: Array.from(values.scores, jsonNumber),
        target: values.target,
        method: values.method,
        n_steps: values.nSteps,
        baseline: values.baseline,
        convergence_delta: values.convergenceDelta === null ? null : jsonNumber(values.convergenceDelta),
        attributions: nestedLists(values.attributions),
      };
  }
}

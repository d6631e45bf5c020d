/**
 * @module
 * Results as the bytes that TorchServe would have sent, or, where a client asked for it, with everything known beside.
 */

import { floats } from "../../model/json-value.ts";
import type { JsonValue } from "../../model/json-value.ts";
import type { ModelInfo } from "../pool/job.ts";
import type { Result } from "../pool/render.ts";
import type { Answer } from "./answer.ts";
import { handlerAnswer, pythonFloatLists, pythonJson } from "./python-json.ts";

/**
 * TorchServe's own answer, without newline and content type: for a prediction what the handler answers, for an explanation
 * nested lists [C][H][W] as Python prints them.
 *
 * @example
 * bareAnswer({ kind: "predict", prediction }).body; // "2"
 */
export function bareAnswer(result: Result): Answer {
  switch (result.kind) {
    case "predict":
      return { status: 200, body: handlerAnswer(result.prediction.answer) };
    case "insights":
      return { status: 200, body: handlerAnswer(result.insights) };
    case "attribute":
      return { status: 200, body: pythonFloatLists(result.attributions.toArray()) };
    case "explain":
      return { status: 200, body: pythonFloatLists(result.explanation.attributions.toArray()) };
  }
}

/**
 * The same value as Python's JSON, text in quotes, for a place in a larger text.
 * @param indent that of `json.dumps`
 */
export function jsonItem(result: Result, indent: null | 2): string {
  return pythonJson(valueOf(result), indent);
}

function valueOf(result: Result): JsonValue {
  switch (result.kind) {
    case "predict":
      return result.prediction.answer;
    case "insights":
      return result.insights;
    case "attribute":
      return floats(result.attributions.toArray());
    case "explain":
      return floats(result.explanation.attributions.toArray());
  }
}

/** The answer with `detail=full`, in the fields of the outward contract; what is not known is left out. */
export function detailAnswer(model: Pick<ModelInfo, "classes">, result: Result): Answer {
  switch (result.kind) {
    case "predict": {
      const { prediction, scores } = result.prediction;
      return compactJson({ prediction, scores, classes: model.classes });
    }
    case "insights":
      return bareAnswer(result);
    case "attribute":
      return compactJson({ attributions: result.attributions.toArray() });
    case "explain": {
      const { explanation } = result;
      return compactJson({
        prediction: explanation.prediction,
        scores: explanation.scores,
        target: explanation.target,
        method: explanation.method,
        n_steps: explanation.nSteps,
        baseline: explanation.baseline,
        convergence_delta: explanation.convergenceDelta,
        attributions: explanation.attributions.toArray(),
      });
    }
  }
}

function compactJson(value: object): Answer {
  return { status: 200, contentType: "application/json", body: JSON.stringify(value) };
}

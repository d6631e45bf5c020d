/**
 * @module
 * Results as the bytes that TorchServe would have sent, or, where a client asked for it, with everything known beside.
 */

import type { Model } from "../../model/model.ts";
import type { Tensor } from "../../tensor/tensor.ts";
import type { Result } from "../runner.ts";
import type { Answer } from "./answer.ts";
import { pythonFloatLists } from "./python-json.ts";
import type { NestedList } from "./python-json.ts";

/**
 * The answer to a prediction: the class as a bare number, TorchServe's, without newline and content type.
 * @example
 * predictionAnswer(prediction).body; // "2"
 */
export function predictionAnswer(prediction: number): Answer {
  return { status: 200, body: String(prediction) };
}

/** The answer to an explanation: nested lists [C][H][W] as Python prints them, without newline and content type. */
export function attributionsAnswer(attributions: Tensor): Answer {
  return { status: 200, body: pythonFloatLists(attributions.toArray()) };
}

/** The answer with `detail=full`, in the fields of the outward contract. */
export function detailAnswer(model: Model, result: Extract<Result, { kind: "predict" | "explain" }>): Answer {
  if (result.kind === "predict") {
    const { prediction, scores } = result.prediction;
    return compactJson({ prediction, scores, classes: model.classes });
  }
  const { explanation } = result;
  return compactJson({
    prediction: explanation.prediction,
    scores: explanation.scores,
    target: explanation.target,
    method: explanation.method,
    n_steps: explanation.nSteps,
    baseline: explanation.baseline,
    convergence_delta: explanation.convergenceDelta,
    attributions: lists(explanation.attributions),
  });
}

function lists(x: Tensor): NestedList {
  return x.toArray();
}

function compactJson(value: object): Answer {
  return { status: 200, contentType: "application/json", body: JSON.stringify(value) };
}

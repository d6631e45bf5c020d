/**
 * @module
 * What a model said, in the form that a job asked for.
 */

import { plainJson } from "../../model/json-value.ts";
import type { JsonValue } from "../../model/json-value.ts";
import type { Explanation, Model, Prediction } from "../../model/model.ts";
import type { Tensor } from "../../tensor/tensor.ts";
import type { Image } from "../../vision/image.ts";
import { heatMapAnswer } from "../answer/heat-map.ts";
import { answerType } from "../answer/answer-type.ts";
import { bareAnswer, detailAnswer, jsonItem } from "../answer/result.ts";
import type { Form, HandlerValue, PlainTensor, Reply, Values } from "./job.ts";

/** What a model said about one example. */
export type Result =
  | { readonly kind: "predict"; readonly prediction: Prediction }
  | { readonly kind: "insights"; readonly insights: JsonValue }
  /** `attributions` is [C, H, W]. */
  | { readonly kind: "attribute"; readonly attributions: Tensor }
  | { readonly kind: "explain"; readonly explanation: Explanation };

/**
 * @param image the picture that was sent; null for bare numbers
 * @throws RequestError when the form is not possible: an overlay without a picture
 */
export function render(model: Model, result: Result, form: Form, image: Image | null): Reply {
  switch (form.as) {
    case "values":
      return { as: "values", values: valuesOf(result) };
    case "bare":
      return { as: "answer", answer: bareAnswer(result) };
    case "json":
      return { as: "answer", answer: { status: 200, body: jsonItem(result, form.indent) } };
    case "full":
      return { as: "answer", answer: detailAnswer(model, result) };
    case "picture":
      return {
        as: "answer",
        answer:
          result.kind === "predict" || result.kind === "insights"
            ? bareAnswer(result)
            : heatMapAnswer(attributionsOf(result), image, form.heatMap),
      };
  }
}

function attributionsOf(result: Exclude<Result, { kind: "predict" | "insights" }>): Tensor {
  return result.kind === "attribute" ? result.attributions : result.explanation.attributions;
}

function valuesOf(result: Result): Values {
  switch (result.kind) {
    case "predict":
      return { kind: "predict", ...result.prediction, ...handlerValue(result.prediction.answer) };
    case "insights":
      return { kind: "insights", ...handlerValue(result.insights) };
    case "attribute":
      return { kind: "attribute", attributions: plain(result.attributions) };
    case "explain":
      return { kind: "explain", ...result.explanation, attributions: plain(result.explanation.attributions) };
  }
}

function handlerValue(answer: JsonValue): HandlerValue {
  return { answer: plainJson(answer), datatype: answerType(answer) };
}

function plain({ data, shape }: Tensor): PlainTensor {
  return { data: data instanceof Float32Array ? data : Float32Array.from(data), shape };
}

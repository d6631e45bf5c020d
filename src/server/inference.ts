/**
 * @module
 * The way of an inference request: bytes, picture, tensor, job, answer.
 */

import type { IncomingMessage, ServerResponse } from "node:http";
import type { Model } from "../model/model.ts";
import { decodeImage } from "../node/image.ts";
import type { Tensor } from "../tensor/tensor.ts";
import type { Image } from "../vision/image.ts";
import type { Answer } from "./answer/answer.ts";
import { heatMapAnswer } from "./answer/heat-map.ts";
import { attributionsAnswer, detailAnswer, predictionAnswer } from "./answer/result.ts";
import type { Limits } from "./limits.ts";
import { readBody } from "./request/body.ts";
import type { Content } from "./request/content.ts";
import { tensorOfLists } from "./request/numbers.ts";
import { readAsked } from "./request/options.ts";
import type { Asked } from "./request/options.ts";
import { readPayload } from "./request/payload.ts";
import type { Job, Result, Runner } from "./runner.ts";

/** The two questions, by the first segment of their paths. */
export type InferenceKind = "predictions" | "explanations";

/** What the corridor runs on. */
export interface InferenceContext {
  readonly limits: Limits;
  readonly runner: Runner;
}

/** What was sent, ready for the model; `image` is null for bare numbers. */
interface Example {
  readonly image: Image | null;
  readonly input: Tensor;
}

/**
 * Answers one request for `model`.
 * @throws RequestError or another error of candil when it cannot be served
 * @throws ClientGone when the client left
 */
export async function inference(
  kind: InferenceKind,
  model: Model,
  request: IncomingMessage,
  response: ServerResponse,
  { limits, runner }: InferenceContext,
): Promise<Answer> {
  const { headers, url } = request;
  const payload = await readPayload(headers["content-type"], await readBody(request, limits));
  const asked = readAsked(url, headers.accept, payload.fields, limits);
  if (kind === "explanations") model.checkOptions(asked.explain);
  const example = exampleOf(model, payload.content, limits);
  const result = await runner.run(jobOf(kind, model, example.input, asked), abortWithClient(response));
  return answerOf(model, example, asked, result);
}

function exampleOf(model: Model, content: Content, limits: Limits): Example {
  if (content.kind === "numbers") {
    return { image: null, input: model.transform(tensorOfLists(content.values)) };
  }
  const image = decodeImage(content.bytes, { maxPixels: limits.maxImagePixels });
  return { image, input: model.transform(image) };
}

function jobOf(kind: InferenceKind, model: Model, input: Tensor, asked: Asked): Job {
  if (kind === "predictions") return { kind: "predict", model, input };
  return { kind: asked.format === "full" ? "explain" : "attribute", model, input, options: asked.explain };
}

function answerOf(model: Model, { image }: Example, asked: Asked, result: Result): Answer {
  switch (result.kind) {
    case "predict":
      return asked.format === "full"
        ? detailAnswer(model, result)
        : predictionAnswer(result.prediction.prediction);
    case "explain":
      return detailAnswer(model, result);
    case "attribute":
      return asked.format === "picture"
        ? heatMapAnswer(result.attributions, image, asked.heatMap)
        : attributionsAnswer(result.attributions);
  }
}

/** A signal that aborts when the connection closes before the answer was sent. */
function abortWithClient(response: ServerResponse): AbortSignal {
  const controller = new AbortController();
  response.once("close", () => {
    if (!response.writableFinished) controller.abort();
  });
  if (response.destroyed) controller.abort();
  return controller.signal;
}

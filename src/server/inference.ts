/**
 * @module
 * The way of an inference request: bytes, picture, tensor, job, answer.
 */

import type { IncomingMessage, ServerResponse } from "node:http";
import type { Model } from "../model/model.ts";
import type { Tensor } from "../tensor/tensor.ts";
import type { Answer } from "./answer/answer.ts";
import { attributionsAnswer, detailAnswer, pictureAnswer, predictionAnswer } from "./answer/result.ts";
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
  const body = await readBody(request, limits);
  const payload = await readPayload(request.headers["content-type"], body);
  const asked = readAsked(request, payload.fields, limits);
  const input = inputOf(model, payload.content, limits);
  return answerOf(model, asked, await runner.run(jobOf(kind, model, input, asked), abortWithClient(response)));
}

function inputOf(model: Model, content: Content, limits: Limits): Tensor {
  if (content.kind === "numbers") return model.transform(tensorOfLists(content.values));
  return model.transform(decodeImage(content.bytes, { maxPixels: limits.maxImagePixels }));
}

function jobOf(kind: InferenceKind, model: Model, input: Tensor, asked: Asked): Job {
  if (kind === "predictions") return { kind: "predict", model, input };
  return { kind: asked.format === "full" ? "explain" : "attribute", model, input, options: asked.explain };
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

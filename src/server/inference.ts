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
import { bareAnswer, detailAnswer } from "./answer/result.ts";
import type { Limits } from "./limits.ts";
import { readBody } from "./request/body.ts";
import type { Content } from "./request/content.ts";
import { tensorOfLists } from "./request/numbers.ts";
import { readExplanationWishes, readPredictionWishes } from "./request/options.ts";
import { readPayload } from "./request/payload.ts";
import type { Payload } from "./request/payload.ts";
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
  const body = await readBody(request, limits);
  const payload = await readPayload(request.headers["content-type"], body);
  const question = kind === "predictions" ? prediction : explanation;
  return question(model, payload, request, limits, (job) => runner.run(job, abortWithClient(response)));
}

type Run = (job: Job) => Promise<Result>;

async function prediction(
  model: Model,
  { content, fields }: Payload,
  request: IncomingMessage,
  limits: Limits,
  run: Run,
): Promise<Answer> {
  const { full } = readPredictionWishes(request.url, fields);
  const { input } = exampleOf(model, content, limits);
  const result = await run({ kind: "predict", model, input });
  return full ? detailAnswer(model, result) : bareAnswer(result);
}

async function explanation(
  model: Model,
  { content, fields }: Payload,
  request: IncomingMessage,
  limits: Limits,
  run: Run,
): Promise<Answer> {
  const wishes = readExplanationWishes(request.url, request.headers.accept, fields, limits);
  const { explain: options, format, heatMap } = wishes;
  model.checkOptions(options);
  const { image, input } = exampleOf(model, content, limits);
  const result = await run({ kind: format === "full" ? "explain" : "attribute", model, input, options });
  if (result.kind !== "attribute") return detailAnswer(model, result);
  return format === "picture" ? heatMapAnswer(result.attributions, image, heatMap) : bareAnswer(result);
}

function exampleOf(model: Model, content: Content, limits: Limits): Example {
  if (content.kind === "numbers") {
    return { image: null, input: model.transform(tensorOfLists(content.values)) };
  }
  const image = decodeImage(content.bytes, { maxPixels: limits.maxImagePixels });
  return { image, input: model.transform(image) };
}

/** A signal that aborts when the connection closes before the answer was sent. */
export function abortWithClient(response: ServerResponse): AbortSignal {
  const controller = new AbortController();
  response.once("close", () => {
    if (!response.writableFinished) controller.abort();
  });
  if (response.destroyed) controller.abort();
  return controller.signal;
}

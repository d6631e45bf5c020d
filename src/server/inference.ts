/**
 * @module
 * The way of an inference request: bytes, question, job, answer.
 */

import type { IncomingMessage, ServerResponse } from "node:http";
import type { Answer } from "./answer/answer.ts";
import type { Limits } from "./limits.ts";
import type { Form, Job, Question, Values } from "./pool/job.ts";
import { jobInput } from "./request/job-input.ts";
import { readExplanationWishes, readPredictionWishes } from "./request/options.ts";
import { readPayload } from "./request/payload.ts";
import type { Payload } from "./request/payload.ts";
import type { ServedModel } from "./served-model.ts";

/** The two questions, by the first segment of their paths. */
export type InferenceKind = "predictions" | "explanations";

/**
 * Answers one request for `model`.
 * @param body the bytes of the request
 * @param decodeText as for {@link readPayload}
 * @throws RequestError or another error of candil when it cannot be served
 * @throws ClientGone when the client left
 */
export async function inference(
  kind: InferenceKind,
  model: ServedModel,
  body: Buffer,
  request: IncomingMessage,
  response: ServerResponse,
  limits: Limits,
  decodeText = true,
): Promise<Answer> {
  const payload = await readPayload(request.headers["content-type"], body, decodeText);
  const { question, form } = readWishes(kind, request, payload, limits);
  return answerTo(model, { input: jobInput(payload.content), question, form }, abortWithClient(response));
}

/** What a request asks for beside its picture. */
function readWishes(
  kind: InferenceKind,
  { url, headers }: IncomingMessage,
  { fields }: Payload,
  limits: Limits,
): { readonly question: Question; readonly form: Form } {
  if (kind === "predictions") {
    const { full } = readPredictionWishes(url, fields);
    return { question: { kind: "predict" }, form: { as: full ? "full" : "bare" } };
  }
  const { format, explain: options, heatMap } = readExplanationWishes(url, headers.accept, fields, limits);
  return {
    question: { kind: questionOf[format], options },
    form: format === "picture" ? { as: "picture", heatMap } : { as: format },
  };
}

/** The handler's own explanation is JSON of any form, of which no picture can be made. */
const questionOf = { bare: "insights", picture: "attribute", full: "explain" } as const;

/**
 * Runs a job whose form is an answer.
 * @throws what {@link ServedModel.run} throws
 */
export async function answerTo(model: ServedModel, job: Job, signal: AbortSignal): Promise<Answer> {
  const reply = await model.run(job, signal);
  if (reply.as === "answer") return reply.answer;
  throw new TypeError("a job that asks for an answer got values");
}

/**
 * Runs a job for the values that a protocol makes its own answer of.
 * @throws what {@link ServedModel.run} throws
 */
export async function valuesFor(
  model: ServedModel,
  job: Omit<Job, "form">,
  signal: AbortSignal,
): Promise<Values> {
  const reply = await model.run({ ...job, form: { as: "values" } }, signal);
  if (reply.as === "values") return reply.values;
  throw new TypeError("a job that asks for values got an answer");
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

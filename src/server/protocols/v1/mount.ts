/**
 * @module
 * KServe's V1 protocol on the inference app.
 */

import type { Express, Request, Response } from "express";
import type { Answer } from "../../answer/answer.ts";
import { methodNotAllowed, RequestError, resourceNotFound } from "../../errors.ts";
import { abortWithClient } from "../../inference.ts";
import { askAll } from "../ask-all.ts";
import { answering, compactJson, route, segment } from "../door.ts";
import type { Corridor } from "../door.ts";
import { readPlainBody } from "../http-body.ts";
import type { Subject } from "../subject.ts";
import { v1Answer } from "./answer.ts";
import { sealEvent } from "./cloud-event.ts";
import { v1Questions } from "./questions.ts";
import type { V1Verb } from "./questions.ts";
import { readV1Request } from "./request.ts";

/**
 * | method | path | answer |
 * | --- | --- | --- |
 * | GET | `/v1/models` | `{"models":["mnist"]}` |
 * | GET | `/v1/models/{model}` | `{"name":"mnist","ready":true}`; not ready: 503 |
 * | POST | `/v1/models/{model}:predict` | `{"predictions":[2]}` |
 * | POST | `/v1/models/{model}:explain` | `{"explanations":[...]}` |
 *
 * `/versions/{version}` may stand after the model. The colon may be percent-encoded. PUT is taken for POST, as `curl -T` sends it.
 * Errors are `{"error": "..."}`.
 */
export function mountV1(app: Express, corridor: Corridor): void {
  route(app, corridor, ["GET"], "/v1/models", () => compactJson(200, { models: corridor.names() }));
  app.all("/v1/models/:last", answering(corridor, answerModel));
  app.all("/v1/models/:model/versions/:last", answering(corridor, answerModel));
  app.all(
    "/v1{/*rest}",
    answering(corridor, () => {
      throw resourceNotFound();
    }),
  );

  /** The last segment is a name or version, and perhaps a verb behind a colon. */
  function answerModel(request: Request, response: Response): Answer | Promise<Answer> {
    const [, first, verb] = /^(.*?)(?::([a-z]+))?$/s.exec(segment(request, "last")) ?? [];
    const model = segment(request, "model");
    const subject = model === "" ? corridor.subject(first) : corridor.subject(model, first);
    const posted = request.method === "POST" || request.method === "PUT";
    if (verb === undefined) {
      if (request.method !== "GET" && request.method !== "HEAD") throw methodNotAllowed();
      return readiness(subject);
    }
    if (verb !== "predict" && verb !== "explain") throw resourceNotFound();
    if (!posted) throw methodNotAllowed();
    return v1Inference(verb, subject, request, response, corridor);
  }

  function readiness({ name, healthy }: Subject): Answer {
    const ready = healthy && corridor.accepting();
    return compactJson(ready ? 200 : 503, { name, ready });
  }
}

async function v1Inference(
  verb: V1Verb,
  subject: Subject,
  request: Request,
  response: Response,
  { limits }: Corridor,
): Promise<Answer> {
  const v1 = readV1Request(request.headers, await readPlainBody(request, limits));
  const { asks, full } = v1Questions(verb, v1, request.url, limits);
  const replies = await askAll(subject, asks, abortWithClient(response));
  const { info } = subject;
  if (info === null) throw new RequestError("unavailable", `Model "${subject.name}" is not ready.`);
  return sealEvent(v1.event, subject.name, v1Answer(verb, replies, full, info));
}

/**
 * @module
 * KServe's V2 protocol, the Open Inference Protocol, on the inference app.
 */

import { randomUUID } from "node:crypto";
import type { Express, Request, Response } from "express";
import type { Answer } from "../../answer/answer.ts";
import { methodNotAllowed, resourceNotFound } from "../../errors.ts";
import { abortWithClient } from "../../inference.ts";
import { queryOf } from "../../request/options.ts";
import { askAll } from "../ask-all.ts";
import { answering, compactJson, route, segment, versionIn } from "../door.ts";
import type { Corridor } from "../door.ts";
import { readPlainBody } from "../http-body.ts";
import { isRecord, parseJson } from "../../request/content.ts";
import { indexOf } from "../repository.ts";
import type { Subject } from "../subject.ts";
import { loaded, modelMetadata, serverMetadata } from "./metadata.ts";
import { planInference } from "./plan.ts";
import type { V2Verb } from "./plan.ts";
import { readRestRequest, writeRestAnswer } from "./rest.ts";

const MODEL = "/v2/models/:model{/versions/:version}";

/**
 * | method | path | answer |
 * | --- | --- | --- |
 * | GET | `/v2` | name, version, extensions |
 * | GET | `/v2/health/live`, `/v2/health/ready` | `{"live":true}`, `{"ready":true}`; not ready: 503 |
 * | GET | `/v2/models` | `{"models":["mnist"]}` |
 * | GET | `/v2/models/{model}[/versions/{version}]` | metadata |
 * | GET | the same and `/ready` | `{"name":"mnist","ready":true}`; not ready: 503 |
 * | POST | the same and `/infer`, `/explain` | outputs; `/v2/models/{model}:explain` too |
 * | POST | `/v2/repository/index` | the models, their versions and states; `{"ready": true}` leaves out those that are not on offer |
 * | POST | `/v2/repository/models/{model}/load`, `/unload` | `{"name":"mnist","load":true}` |
 *
 * PUT is taken for POST, as `curl -T` sends it. Errors are `{"error": "..."}`.
 */
export function mountV2(app: Express, corridor: Corridor): void {
  mountHealth(app, corridor);
  mountRepository(app, corridor);
  route(app, corridor, ["POST", "PUT"], `${MODEL}/infer`, v2Inference("infer", corridor));
  route(app, corridor, ["POST", "PUT"], `${MODEL}/explain`, v2Inference("explain", corridor));
  route(app, corridor, ["GET"], `${MODEL}/ready`, (request) => {
    const { name, healthy } = subjectIn(request, corridor);
    const ready = healthy && corridor.accepting();
    return compactJson(ready ? 200 : 503, { name, ready });
  });
  const explain = v2Inference("explain", corridor);
  app.all(
    MODEL,
    answering(corridor, (request, response) => {
      if (lastSegment(request).endsWith(":explain")) {
        if (request.method !== "POST" && request.method !== "PUT") throw methodNotAllowed();
        return explain(request, response);
      }
      if (request.method !== "GET" && request.method !== "HEAD") throw methodNotAllowed();
      const subject = subjectIn(request, corridor);
      return compactJson(200, modelMetadata(subject, corridor.versions(subject.name)));
    }),
  );
  app.all(
    "/v2{/*rest}",
    answering(corridor, () => {
      throw resourceNotFound();
    }),
  );
}

function mountHealth(app: Express, corridor: Corridor): void {
  route(app, corridor, ["GET"], "/v2", () => compactJson(200, serverMetadata()));
  route(app, corridor, ["GET"], "/v2/health/live", () => compactJson(200, { live: true }));
  route(app, corridor, ["GET"], "/v2/health/ready", () => {
    const ready = corridor.accepting() && corridor.names().every((name) => corridor.subject(name).healthy);
    return compactJson(ready ? 200 : 503, { ready });
  });
  route(app, corridor, ["GET"], "/v2/models", () => compactJson(200, { models: corridor.names() }));
}

function mountRepository(app: Express, corridor: Corridor): void {
  const { repository, limits } = corridor;
  route(app, corridor, ["POST", "PUT"], "/v2/repository/index", async (request) => {
    const body = await readPlainBody(request, limits);
    const asked = body.length === 0 ? null : parseJson(body);
    return compactJson(200, await indexOf(repository, isRecord(asked) && asked["ready"] === true));
  });
  route(app, corridor, ["POST", "PUT"], "/v2/repository/models/:model/load", async (request) => {
    const name = segment(request, "model");
    await repository.load(name);
    return compactJson(200, { name, load: true });
  });
  route(app, corridor, ["POST", "PUT"], "/v2/repository/models/:model/unload", async (request) => {
    const name = segment(request, "model");
    await repository.unload(name);
    return compactJson(200, { name, unload: true });
  });
}

function lastSegment(request: Request): string {
  return versionIn(request) ?? segment(request, "model");
}

/** The model of the path; an `:explain` behind it is a verb, not a part of its name. */
function subjectIn(request: Request, corridor: Corridor): Subject {
  const model = segment(request, "model").replace(/:explain$/, "");
  return corridor.subject(model, versionIn(request)?.replace(/:explain$/, ""));
}

function v2Inference(
  verb: V2Verb,
  corridor: Corridor,
): (request: Request, response: Response) => Promise<Answer> {
  return async (request, response) => {
    const { limits } = corridor;
    const subject = subjectIn(request, corridor);
    const asked = readRestRequest(request.headers, await readPlainBody(request, limits));
    const plan = planInference(verb, asked, queryOf(request.url), limits);
    const replies = await askAll(subject, plan.asks, abortWithClient(response));
    return writeRestAnswer(asked, {
      id: asked.id ?? request.get("x-request-id") ?? randomUUID(),
      modelName: subject.name,
      modelVersion: subject.version,
      outputs: plan.outputs(replies, loaded(subject)),
    });
  };
}

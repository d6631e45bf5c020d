/**
 * @module
 * The inference app: TorchServe's and KServe's routes on Express, without a port.
 */

import express from "express";
import type { Express, NextFunction, Request, RequestHandler, Response } from "express";
import type { Model } from "../model/model.ts";
import { errorAnswer, jsonAnswer } from "./answer/answer.ts";
import type { Answer } from "./answer/answer.ts";
import { deliver } from "./deliver.ts";
import { ClientGone, errorBody, methodNotAllowed, resourceNotFound } from "./errors.ts";
import { inference } from "./inference.ts";
import type { InferenceKind } from "./inference.ts";
import { defaultLimits } from "./limits.ts";
import type { Limits } from "./limits.ts";
import type { Logger } from "./logger.ts";
import { ModelRegistry } from "./models.ts";
import { corridorOf } from "./protocols/corridor.ts";
import { mountV1 } from "./protocols/v1/mount.ts";
import { mountV2 } from "./protocols/v2/mount.ts";
import { InProcessRunner } from "./runner.ts";
import type { Runner } from "./runner.ts";

/** What the inference app serves, and how. */
export interface InferenceAppOptions {
  readonly models: ModelRegistry | Iterable<Model>;
  readonly limits?: Partial<Limits>;
  /** Where jobs run; this thread unless said. */
  readonly runner?: Runner;
  readonly logger?: Logger;
  /** Whether new work is welcome; once it says no, /ping is unhealthy and connections close after their answer. */
  readonly accepting?: () => boolean;
  /**
   * Express middleware before all routes: authorisation, CORS, counting. One that refuses a request passes a
   * {@link RequestError} to `next`, and its answer has the form of all others.
   */
  readonly middleware?: readonly RequestHandler[];
}

/** When the head of each request had come, in milliseconds of `performance.now()`. */
const startedAt = new WeakMap<Request, number>();

/**
 * The routes of TorchServe's inference port:
 *
 * | method | path | answer |
 * | --- | --- | --- |
 * | GET | `/` | `{"status":"alive"}`, as KServe; TorchServe: 405 |
 * | any but OPTIONS | `/ping` | `{"status": "Healthy"}` |
 * | any but OPTIONS | `/predictions/{model}[/{version}]` | the class |
 * | any but OPTIONS | `/explanations/{model}[/{version}]` | attributions [C][H][W] |
 *
 * and those of KServe's V1 and V2 protocols, which {@link mountV1} and {@link mountV2} list.
 *
 * Segments after the version are ignored, as TorchServe hands them to a handler that ignores them.
 *
 * @example
 * createServer(createInferenceApp({ models: [mnist] })).listen(8080);
 */
export function createInferenceApp(options: InferenceAppOptions): Express {
  const models = options.models instanceof ModelRegistry ? options.models : new ModelRegistry(options.models);
  const limits: Limits = { ...defaultLimits, ...options.limits };
  const runner = options.runner ?? new InProcessRunner(limits.jobQueueSize);
  const accepting = options.accepting ?? (() => true);
  const logger = options.logger ?? {};

  const send = (request: Request, response: Response, answer: Answer, error?: unknown): void => {
    deliver(request, response, answer, {
      startedAt: startedAt.get(request) ?? performance.now(),
      keepAlive: accepting(),
      lingerMs: limits.lingerMs,
      logger,
      ...(error instanceof Error && answer.status < 500 ? { reason: error.message } : {}),
      ...(answer.status === 500 ? { defect: error } : {}),
    });
  };
  const infer =
    (kind: InferenceKind) =>
    async (request: Request<{ model: string; version?: string }>, response: Response): Promise<void> => {
      if (request.method === "OPTIONS") throw methodNotAllowed();
      const model = models.get(request.params.model, request.params.version);
      send(request, response, await inference(kind, model, request, response, { limits, runner }));
    };

  const app = express();
  app.disable("x-powered-by");
  app.disable("etag");
  app.enable("case sensitive routing");
  app.use((request, _response, next) => {
    startedAt.set(request, performance.now());
    next();
  });
  for (const handler of options.middleware ?? []) app.use(handler);
  app.all("/", (request, response) => {
    if (request.method !== "GET" && request.method !== "HEAD") throw methodNotAllowed();
    send(request, response, alive);
  });
  app.all("/ping", (request, response) => {
    if (request.method === "OPTIONS") throw methodNotAllowed();
    send(request, response, accepting() ? healthy : unhealthy);
  });
  app.all("/predictions/:model{/:version}{/*rest}", infer("predictions"));
  app.all("/explanations/:model{/:version}{/*rest}", infer("explanations"));
  const corridor = corridorOf({ models, runner, limits, accepting, send });
  mountV1(app, corridor);
  mountV2(app, corridor);
  app.use(() => {
    throw resourceNotFound();
  });
  // Express knows an error handler by its four parameters.
  app.use((error: unknown, request: Request, response: Response, next: NextFunction) => {
    if (error instanceof ClientGone) response.destroy();
    else if (response.headersSent) next(error);
    else send(request, response, errorAnswer(errorBody(error)), error);
  });
  return app;
}

const alive: Answer = { status: 200, contentType: "application/json", body: '{"status":"alive"}' };
const healthy = jsonAnswer(200, { status: "Healthy" });
/** TorchServe answers 500; 503 says that it will pass. */
const unhealthy = jsonAnswer(503, { status: "Unhealthy" });

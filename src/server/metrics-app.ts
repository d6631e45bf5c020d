/**
 * @module
 * The metrics port.
 */

import { parse } from "node:querystring";
import express from "express";
import type { Express, NextFunction, Request, RequestHandler, Response } from "express";
import { errorAnswer } from "./answer/answer.ts";
import type { Answer } from "./answer/answer.ts";
import { deliver } from "./deliver.ts";
import type { Door } from "./door.ts";
import { errorBody, resourceNotFound } from "./errors.ts";
import { defaultLimits } from "./limits.ts";
import type { Logger } from "./logger.ts";
import { METRICS_CONTENT_TYPE } from "./metrics/registry.ts";
import type { MetricsRegistry } from "./metrics/registry.ts";

/**
 * `/metrics[?name[]=NAME...]` by any method, as TorchServe; everything else is 404.
 * @param middleware comes before the route
 */
export function createMetricsApp(
  registry: MetricsRegistry,
  middleware: readonly RequestHandler[] = [],
  logger: Logger = {},
): Express {
  const send = (request: Request, response: Response, answer: Answer, error?: unknown): void => {
    deliver(request, response, answer, {
      startedAt: performance.now(),
      keepAlive: true,
      lingerMs: defaultLimits.lingerMs,
      logger,
      ...(answer.status === 500 ? { defect: error } : {}),
    });
  };
  const app = express();
  app.disable("x-powered-by");
  app.disable("etag");
  app.enable("case sensitive routing");
  for (const handler of middleware) app.use(handler);
  metricsRoute(registry)(app, { send });
  app.use(() => {
    throw resourceNotFound();
  });
  // Express knows an error handler by its four parameters.
  app.use((error: unknown, request: Request, response: Response, next: NextFunction) => {
    if (response.headersSent) next(error);
    else send(request, response, errorAnswer(errorBody(error)), error);
  });
  return app;
}

/** Adds `/metrics[?name[]=NAME...]` to an app: to the metrics port's, or, for KServe, to the inference port's. */
export function metricsRoute(registry: MetricsRegistry): (app: Express, door: Pick<Door, "send">) => void {
  return (app, { send }) => {
    app.all("/metrics{/*rest}", (request, response) => {
      const body = registry.text(namesOf(request.url));
      send(request, response, { status: 200, contentType: METRICS_CONTENT_TYPE, body });
    });
  };
}

function namesOf(url: string): Set<string> {
  const names = parse(url.split("?")[1] ?? "")["name[]"] ?? [];
  return new Set(typeof names === "string" ? [names] : names);
}

/**
 * @module
 * What the apps of all ports have in common: how a request comes in, and how an answer or an error goes out.
 */

import express from "express";
import type { Express, NextFunction, Request, RequestHandler, Response } from "express";
import { errorAnswer } from "./answer/answer.ts";
import type { Answer } from "./answer/answer.ts";
import { deliver } from "./deliver.ts";
import { ClientGone, errorBody, RequestError, resourceNotFound } from "./errors.ts";
import type { Logger } from "./logger.ts";

/** How a door behaves. */
export interface DoorOptions {
  readonly logger: Logger;
  readonly lingerMs: number;
  /** False when the server is stopping: connections close after their answer. */
  readonly accepting: () => boolean;
  readonly middleware: readonly RequestHandler[];
}

/** An app to which routes are added. */
export interface Door {
  readonly app: Express;
  /** Sends an answer, with the headers that all answers have, and records it; `error` is what it reports, if it does. */
  readonly send: (request: Request, response: Response, answer: Answer, error?: unknown) => void;
}

/**
 * An Express app that has its middleware and no routes yet. Routes throw, or reject with, a {@link RequestError}.
 * @returns with `close`, to be called when all routes are there: it adds what answers unknown paths and errors
 */
export function createDoor(options: DoorOptions): Door & { readonly close: () => void } {
  const { logger, lingerMs, accepting } = options;
  /** When the head of each request had come, in milliseconds of `performance.now()`. */
  const startedAt = new WeakMap<Request, number>();
  const send = (request: Request, response: Response, answer: Answer, error?: unknown): void => {
    deliver(request, response, answer, {
      startedAt: startedAt.get(request) ?? performance.now(),
      keepAlive: accepting(),
      lingerMs,
      logger,
      ...(error instanceof Error && answer.status !== 500 ? { reason: error.message } : {}),
      ...(answer.status === 500 ? { defect: error } : {}),
    });
  };
  const app = express();
  app.disable("x-powered-by");
  app.disable("etag");
  app.enable("case sensitive routing");
  app.use((request, _response, next) => {
    startedAt.set(request, performance.now());
    next();
  });
  for (const handler of options.middleware) app.use(handler);
  const close = (): void => {
    app.use(() => {
      throw resourceNotFound();
    });
    // Express knows an error handler by its four parameters.
    app.use((error: unknown, request: Request, response: Response, next: NextFunction) => {
      if (error instanceof ClientGone) response.destroy();
      else if (response.headersSent) next(error);
      else send(request, response, errorAnswer(errorBody(error), retryAfter(error)), error);
    });
  };
  return { app, send, close };
}

function retryAfter(error: unknown): number | null {
  return error instanceof RequestError ? error.retryAfter : null;
}

/**
 * @module
 * What the KServe protocols share at the door of the inference app: their shape of errors, their request ids, bodies that
 * may be compressed.
 */

import type { Express, NextFunction, Request, RequestHandler, Response } from "express";
import type { Answer } from "../answer/answer.ts";
import { checkSize } from "../answer/check-size.ts";
import { ClientGone, errorBody, methodNotAllowed } from "../errors.ts";
import type { Limits } from "../limits.ts";
import { carriedRequestId } from "../request/request-id.ts";
import { compressed } from "./http-body.ts";
import type { Repository } from "./repository.ts";
import type { Subject } from "./subject.ts";

/** The models behind the doors. */
export interface Shelf {
  readonly limits: Limits;
  /** Names of the models on offer. */
  names(): string[];
  /** @throws RequestError when there is no such model or version */
  subject(name: string, version?: string): Subject;
  /** Versions of a model. @throws RequestError when there is no such model */
  versions(name: string): string[];
  /** Whether new work is welcome. */
  accepting(): boolean;
  readonly repository: Repository;
}

/** The server behind the doors for HTTP. */
export interface Corridor extends Shelf {
  /** Sends an answer; `error` is what it reports, if it does. */
  send(request: Request, response: Response, answer: Answer, error?: unknown): void;
}

/** An answer in compact JSON. */
export function compactJson(status: number, value: object): Answer {
  return { status, contentType: "application/json", body: JSON.stringify(value) };
}

/** Puts a handler on a path for these methods; all other methods are answered 405. */
export function route(
  app: Express,
  corridor: Corridor,
  methods: readonly string[],
  path: string | string[],
  handler: (request: Request, response: Response) => Answer | Promise<Answer>,
): void {
  app.all(
    path,
    answering(corridor, (request, response) => {
      if (!methods.includes(request.method === "HEAD" ? "GET" : request.method)) throw methodNotAllowed();
      return handler(request, response);
    }),
  );
}

/** Answers with what `handler` returns, and its failures as `{"error": "..."}`. */
export function answering(
  corridor: Corridor,
  handler: (request: Request, response: Response) => Answer | Promise<Answer>,
): RequestHandler {
  return async (request, response) => {
    let answer: Answer;
    let failure: unknown;
    try {
      answer = checkSize(await handler(request, response), corridor.limits);
      answer = await compressed(answer, request.get("accept-encoding"));
    } catch (error) {
      if (error instanceof ClientGone) {
        response.destroy();
        return;
      }
      failure = error;
      answer = refusal(error);
    }
    corridor.send(request, response, { ...answer, ...requestIdOf(request) }, failure);
  };
}

function refusal(error: unknown): Answer {
  const { code, message } = errorBody(error);
  return compactJson(code, { error: message });
}

/** Answers failures under the protocols' paths that came before any route, such as a path that cannot be decoded. */
export function answerFailures(app: Express, corridor: Corridor): void {
  app.use((error: unknown, request: Request, response: Response, next: NextFunction) => {
    if (!/^\/v[12](\/|$)/.test(request.path) || error instanceof ClientGone || response.headersSent)
      next(error);
    else corridor.send(request, response, { ...refusal(error), ...requestIdOf(request) }, error);
  });
}

/** A client's own request id goes back to it, if it is one that a log can hold. */
function requestIdOf(request: Request): Pick<Answer, "requestId"> {
  const requestId = carriedRequestId(request.get("x-request-id"));
  return requestId === undefined ? {} : { requestId };
}

/** A segment of the path, decoded by Express. */
export function segment(request: Request, name: string): string {
  const value: unknown = request.params[name];
  return typeof value === "string" ? value : "";
}

/** The version in the path, if it names one. */
export function versionIn(request: Request): string | undefined {
  const version = segment(request, "version");
  return version === "" ? undefined : version;
}

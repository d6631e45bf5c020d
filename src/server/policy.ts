/**
 * @module
 * What holds for every request of a port before its routes are looked at: counting, CORS, API descriptions, tokens, and
 * whether models may be changed. One list of Express middleware for each port, so that no port is forgotten.
 */

import { parse } from "node:querystring";
import type { Request, RequestHandler, Response } from "express";
import { jsonAnswer } from "./answer/answer.ts";
import type { Answer } from "./answer/answer.ts";
import { renewToken, requireToken } from "./auth/authorization.ts";
import type { Refusal } from "./auth/authorization.ts";
import type { TokenKeys } from "./auth/token-keys.ts";
import type { CorsSettings, ListenerRole } from "./config/index.ts";
import { cors } from "./cors.ts";
import { deliver } from "./deliver.ts";
import { methodNotAllowed } from "./errors.ts";
import { defaultLimits } from "./limits.ts";
import type { Logger } from "./logger.ts";
import type { ServerMetrics } from "./metrics/server-metrics.ts";
import { describeInference, describeModelInference } from "./openapi/inference-api.ts";
import { describeManagement, describeMetrics, describeModelManagement } from "./openapi/management-api.ts";

/** Keys, how refusals are answered, and who is told of fresh keys. */
export interface TokenPolicy {
  readonly keys: TokenKeys;
  readonly refusal: Refusal;
  /** Called after a key was renewed: writes the key file. */
  readonly renewed: () => void;
}

/** What the ports of one server have in common. */
export interface PolicyOptions {
  readonly logger?: Logger;
  readonly metrics?: ServerMetrics;
  readonly tokens?: TokenPolicy | null;
  readonly cors?: CorsSettings | null;
  /** Whether models may be registered and unregistered. */
  readonly modelApi?: boolean;
  /** Throws when there is no such model, version or both; descriptions of models ask it. */
  readonly checkModel?: (name: string, version?: string) => void;
}

/** The middleware of a port. Metrics ask for no token, as in TorchServe. */
export function policy(role: ListenerRole, options: PolicyOptions): RequestHandler[] {
  const { metrics, tokens = null, cors: corsSettings = null } = options;
  const handlers: RequestHandler[] = [];
  if (metrics !== undefined) handlers.push(count(role, metrics));
  if (role === "inference" && corsSettings !== null) handlers.push(cors(corsSettings));
  handlers.push(describe(role, options));
  if (tokens !== null && role === "management") handlers.push(tokenRoute(tokens, options));
  if (tokens !== null && role !== "metrics") handlers.push(requireToken(tokens.keys, role, tokens.refusal));
  if (role === "management" && options.modelApi === false) handlers.push(refuseModelChanges);
  return handlers;
}

/** The paths of questions to a model; the kind, the model and perhaps the version. */
const QUESTIONS: readonly RegExp[] = [
  /^\/(prediction|explanation)s\/([^/]+)(?:\/([^/]+))?/,
  /^\/v1\/models\/([^/:]+):(predict|explain)$/,
  /^\/v2\/models\/([^/]+)(?:\/versions\/([^/]+))?\/(infer|explain)$/,
];

function count(role: ListenerRole, metrics: ServerMetrics): RequestHandler {
  return (request, response, next) => {
    const startedAt = performance.now();
    // Express takes prefixes off the path while the request is under way.
    const { path } = request;
    const question = role === "inference" ? questionOf(path) : null;
    if (question !== null) {
      metrics.began();
      response.once("close", () => metrics.ended());
    }
    response.once("finish", () => {
      metrics.answered(response.statusCode);
      if (question === null || response.statusCode === 404 || response.statusCode === 401) return;
      metrics.request({ ...question, totalMs: performance.now() - startedAt });
    });
    next();
  };
}

type Question = Pick<Parameters<ServerMetrics["request"]>[0], "model" | "askedVersion" | "kind">;

/**
 * What a path of the inference port asks, or null when it asks no model.
 *
 * @example
 * questionOf("/predictions/mnist/1.0"); // { model: "mnist", askedVersion: "1.0", kind: "prediction" }
 */
export function questionOf(path: string): Question | null {
  const [torchserve, v1, v2] = QUESTIONS.map((pattern) => pattern.exec(path));
  if (torchserve) {
    const [, kind, model, version] = torchserve;
    return { model, askedVersion: version ?? null, kind: kind === "explanation" ? kind : "prediction" };
  }
  if (v1)
    return { model: v1[1], askedVersion: null, kind: v1[2] === "explain" ? "explanation" : "prediction" };
  if (v2) {
    return {
      model: v2[1],
      askedVersion: v2[2] ?? null,
      kind: v2[3] === "explain" ? "explanation" : "prediction",
    };
  }
  return null;
}

const MODEL_PATH: Record<ListenerRole, RegExp | null> = {
  inference: /^\/predictions\/([^/]+)(?:\/([^/]+))?\/?$/,
  management: /^\/models\/([^/]+)(?:\/([^/]+))?\/?$/,
  metrics: null,
};

/** OPTIONS of the port or of a model, and /api-description by any method. */
function describe(role: ListenerRole, options: PolicyOptions): RequestHandler {
  const port = jsonAnswer(200, describePort(role));
  return (request, response, next) => {
    const { path } = request;
    if (path === "/api-description" || (request.method === "OPTIONS" && path === "/")) {
      answer(request, response, port, options);
      return;
    }
    const [, name, version] = (request.method === "OPTIONS" ? MODEL_PATH[role]?.exec(path) : null) ?? [];
    if (name === undefined) {
      next();
      return;
    }
    options.checkModel?.(decodeURIComponent(name), version);
    const document =
      role === "inference"
        ? describeModelInference(decodeURIComponent(name))
        : describeModelManagement(decodeURIComponent(name));
    answer(request, response, jsonAnswer(200, document), options);
  };
}

function describePort(role: ListenerRole): object {
  switch (role) {
    case "inference":
      return describeInference();
    case "management":
      return describeManagement();
    case "metrics":
      return describeMetrics();
  }
}

/** `/token`, exactly: a model may be called "tokenizer". */
function tokenRoute({ keys, refusal, renewed }: TokenPolicy, options: PolicyOptions): RequestHandler {
  return (request, response, next) => {
    if (request.path.replace(/\/$/, "") !== "/token") {
      next();
      return;
    }
    const type = parse(request.url.split("?")[1] ?? "")["type"];
    answer(
      request,
      response,
      renewToken(keys, request.headers.authorization, type, refusal, renewed),
      options,
    );
  };
}

/** The model API is off unless asked for: what is served was decided when the server was started. */
const refuseModelChanges: RequestHandler = (request, _response, next) => {
  const changes = request.method === "POST" || request.method === "DELETE";
  next(changes && /^\/models(\/|$)/.test(request.path) ? methodNotAllowed() : undefined);
};

function answer(request: Request, response: Response, content: Answer, { logger = {} }: PolicyOptions): void {
  deliver(request, response, content, {
    startedAt: performance.now(),
    keepAlive: true,
    lingerMs: defaultLimits.lingerMs,
    logger,
  });
}

/**
 * @module
 * Leave for pages of other origins to ask: CORS, on the inference port only and off unless configured.
 */

import type { RequestHandler } from "express";
import { newRequestId } from "./answer/answer.ts";
import type { CorsSettings } from "./config/index.ts";

/** Seconds for which a browser remembers an answer. */
const MAX_AGE = "600";

/** Headers that say how to read an answer; a page sees no others. */
const EXPOSED = "x-request-id, inference-header-content-length, retry-after";

/** Headers that a page may send unless configured: what a request is, who asks, and what identifies it. */
const ALLOWED =
  "Content-Type, Authorization, X-Request-Id, Inference-Header-Content-Length, traceparent, tracestate";

/**
 * Middleware that puts CORS headers on answers, and answers preflights itself, before any token is asked for: browsers send
 * none with them. `cors_allowed_origin` is `*` or origins with commas between; credentials are never allowed.
 */
export function cors({ origin, methods, headers }: CorsSettings): RequestHandler {
  const origins = origin.split(",").map((entry) => entry.trim());
  const any = origins.includes("*");
  return (request, response, next) => {
    const asking = request.headers.origin;
    if (!any) response.setHeader("Vary", "Origin");
    const allowed = any ? "*" : origins.find((entry) => entry === asking);
    if (allowed !== undefined) {
      response.setHeader("Access-Control-Allow-Origin", allowed);
      response.setHeader("Access-Control-Expose-Headers", EXPOSED);
    }
    const wish = request.headers["access-control-request-method"];
    if (request.method !== "OPTIONS" || asking === undefined || wish === undefined) {
      next();
      return;
    }
    if (allowed !== undefined) {
      response.setHeader("Access-Control-Allow-Methods", methods ?? "GET, POST, PUT, OPTIONS");
      response.setHeader("Access-Control-Allow-Headers", headers ?? ALLOWED);
      response.setHeader("Access-Control-Max-Age", MAX_AGE);
    }
    response.sendDate = false;
    response.writeHead(204, { "x-request-id": newRequestId() }).end();
  };
}

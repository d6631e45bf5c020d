/**
 * @module
 * Who may ask: token authorization as Express middleware.
 */

import type { RequestHandler } from "express";
import { jsonAnswer } from "../answer/answer.ts";
import type { Answer } from "../answer/answer.ts";
import { RequestError } from "../errors.ts";
import type { TokenKeys, TokenKind } from "./token-keys.ts";

/** How refusals are answered: 401 as HTTP has it, or 400 as TorchServe does. */
export type Refusal = "unauthorized" | "unauthorizedAsTorchServe";

const REFUSED = "Token either incorrect, expired, or not provided correctly";

/** What anyone may ask: health, what the server is, and how it is spoken to. */
const open: ReadonlySet<string> = new Set([
  "/",
  "/ping",
  "/ready",
  "/api-description",
  "/v2",
  "/v2/health/live",
  "/v2/health/ready",
]);

/**
 * Middleware that lets a request pass when it carries the key of `kind`, asks for something that is open to all, or is a
 * preflight or a question for the API description (OPTIONS).
 *
 * @example
 * app.use(requireToken(keys, "inference"));
 */
export function requireToken(
  keys: TokenKeys,
  kind: TokenKind,
  refusal: Refusal = "unauthorized",
): RequestHandler {
  return (request, _response, next) => {
    const path = request.path.length > 1 ? request.path.replace(/\/+$/, "") : request.path;
    if (request.method !== "OPTIONS" && !open.has(path)) {
      checkToken(keys, kind, request.headers.authorization, refusal);
    }
    next();
  };
}

/** @throws RequestError unless `authorization` carries the key of `kind` */
export function checkToken(
  keys: TokenKeys,
  kind: TokenKind,
  authorization: string | undefined,
  refusal: Refusal,
): void {
  if (keys.accepts(kind, authorization)) return;
  throw new RequestError(refusal, `Token Authorization failed. ${REFUSED}`);
}

/**
 * Answers `/token?type=inference|management`: a fresh key of that type, told through `renewed`. The key of the API opens
 * it, no other.
 * @throws RequestError, in TorchServe's words, for a wrong key or another type
 */
export function renewToken(
  keys: TokenKeys,
  authorization: string | undefined,
  type: unknown,
  refusal: Refusal,
  renewed: () => void,
): Answer {
  const known = type === "inference" || type === "management";
  if (!keys.accepts("api", authorization)) {
    throw new RequestError(refusal, `Token Authentication failed. ${REFUSED}`);
  }
  if (!known) {
    throw new RequestError(
      refusal === "unauthorized" ? "badRequest" : refusal,
      refusal === "unauthorized"
        ? 'Expected the query "type" to be "inference" or "management".'
        : `Token Authentication failed. ${REFUSED}`,
    );
  }
  keys.renew(type);
  renewed();
  return tokenRenewed;
}

/** TorchServe's body is a line break and nothing else; the key is in the file. */
const tokenRenewed: Answer = { ...jsonAnswer(200, {}), body: "\n" };

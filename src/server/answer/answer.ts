/**
 * @module
 * An answer before it meets the network: a status, perhaps a content type, and the exact bytes.
 */

import { randomUUID } from "node:crypto";
import type { ErrorBody } from "../errors.ts";

/** What a request is answered with. The protocols make these; {@link commonHeaders} adds what every answer carries. */
export interface Answer {
  readonly status: number;
  /** Left out where TorchServe sends none: the bytes of a handler. */
  readonly contentType?: string;
  readonly body: string | Uint8Array;
  /** Headers of this answer alone, beside those that every answer has: name, value, name, value. */
  readonly headers?: readonly string[];
  /** Where a protocol carries the client's own identifier through; a fresh one unless said. */
  readonly requestId?: string;
}

/** Whether the connection is kept after this answer, and what identifies the request. */
export interface Delivery {
  readonly requestId: string;
  readonly keepAlive: boolean;
}

/**
 * JSON as TorchServe's frontend prints it (Gson, pretty): two spaces, fields that are undefined left out, one newline at
 * the end.
 */
export function jsonAnswer(status: number, value: object): Answer {
  return { status, contentType: "application/json", body: `${JSON.stringify(value, null, 2)}\n` };
}

/**
 * The error object of every TorchServe answer from 400 on.
 * @param retryAfter seconds after which asking again has a chance, where there is one
 */
export function errorAnswer(error: ErrorBody, retryAfter: number | null = null): Answer {
  const headers = [
    ...(error.code === 401 ? ["WWW-Authenticate", 'Bearer realm="candil"'] : []),
    ...(retryAfter === null ? [] : ["Retry-After", String(retryAfter)]),
  ];
  return { ...jsonAnswer(error.code, error), ...(headers.length === 0 ? {} : { headers }) };
}

/** A fresh identifier for a request: a UUID of version 4, as TorchServe's, whose routes never take over a client's own. */
export function newRequestId(): string {
  return randomUUID();
}

/**
 * The headers that TorchServe puts on every answer, in its order and spelling, as the flat list that Node's `writeHead`
 * takes. There is no Date and no Server among them.
 */
export function commonHeaders(answer: Answer, delivery: Delivery): string[] {
  const length = typeof answer.body === "string" ? Buffer.byteLength(answer.body) : answer.body.byteLength;
  return [
    ...(answer.contentType === undefined ? [] : ["content-type", answer.contentType]),
    "x-request-id",
    delivery.requestId,
    "Pragma",
    "no-cache",
    "Cache-Control",
    "no-cache; no-store, must-revalidate, private",
    "Expires",
    "Thu, 01 Jan 1970 00:00:00 UTC",
    ...(answer.headers ?? []),
    "content-length",
    String(length),
    "connection",
    delivery.keepAlive ? "keep-alive" : "close",
  ];
}

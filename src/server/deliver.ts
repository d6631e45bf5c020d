/**
 * @module
 * The last step of every request: the answer's bytes onto the connection.
 */

import type { IncomingMessage, ServerResponse } from "node:http";
import { commonHeaders, newRequestId } from "./answer/answer.ts";
import type { Answer } from "./answer/answer.ts";
import type { Limits } from "./limits.ts";
import type { AccessRecord, Logger } from "./logger.ts";

/** What {@link deliver} needs beside the answer. */
export interface DeliveryContext {
  /** `performance.now()` when the head of the request had come. */
  readonly startedAt: number;
  /** False when the server is stopping: the connection is closed after this answer. */
  readonly keepAlive: boolean;
  readonly lingerMs: Limits["lingerMs"];
  readonly logger: Logger;
  /** Why the request was refused. */
  readonly reason?: string;
  /** The defect behind an answer of 500. */
  readonly defect?: unknown;
}

/** Sends an answer, unless the client has gone. */
export function deliver(
  request: IncomingMessage,
  response: ServerResponse,
  answer: Answer,
  context: DeliveryContext,
): void {
  if (response.destroyed || response.headersSent) return;
  const requestId = answer.requestId ?? newRequestId();
  // An error ends its connection, as with TorchServe; so what the client still sends must be taken first, see lingeringEnd.
  const keepAlive = context.keepAlive && response.shouldKeepAlive && answer.status < 400;
  response.sendDate = false;
  response.writeHead(answer.status, commonHeaders(answer, { requestId, keepAlive }));
  if (request.complete || keepAlive) response.end(answer.body);
  else lingeringEnd(request, response, answer.body, context.lingerMs);
  record(request, answer.status, requestId, context);
}

/**
 * Closing a connection on a client that is still sending makes its system discard the answer unread. So the answer is
 * sent, what still comes is thrown away for a while, and then the connection is closed.
 */
function lingeringEnd(
  request: IncomingMessage,
  response: ServerResponse,
  body: string | Uint8Array,
  lingerMs: number,
): void {
  response.write(body);
  const end = (): void => {
    clearTimeout(timer);
    request.off("end", end).off("close", end);
    response.end();
  };
  const timer = setTimeout(end, lingerMs);
  request.on("end", end).on("close", end).resume();
}

function record(request: IncomingMessage, status: number, requestId: string, context: DeliveryContext): void {
  const { logger, reason, defect, startedAt } = context;
  if (defect !== undefined) logger.defect?.(defect, requestId);
  logger.access?.({
    remote: `${request.socket.remoteAddress ?? "unknown"}:${request.socket.remotePort ?? 0}`,
    method: request.method ?? "",
    url: request.url ?? "",
    httpVersion: request.httpVersion,
    status,
    milliseconds: performance.now() - startedAt,
    requestId,
    ...traceOf(request.headers["traceparent"]),
    ...(reason === undefined ? {} : { reason }),
  });
}

/** W3C's trace context, if it is one: version, trace, parent, flags. */
export function traceOf(traceparent: unknown): Pick<AccessRecord, "traceId"> {
  const [, traceId] =
    /^[0-9a-f]{2}-([0-9a-f]{32})-[0-9a-f]{16}-[0-9a-f]{2}/.exec(
      typeof traceparent === "string" ? traceparent : "",
    ) ?? [];
  return traceId === undefined ? {} : { traceId };
}

/**
 * @module
 * The process around an app: a port, patience with limits, and an orderly stop.
 */

import { createServer, STATUS_CODES } from "node:http";
import type { RequestListener, Server } from "node:http";
import type { AddressInfo, Socket } from "node:net";
import { commonHeaders, errorAnswer, newRequestId } from "./answer/answer.ts";
import { errorBody, RequestError } from "./errors.ts";
import { defaultLimits } from "./limits.ts";
import type { Limits } from "./limits.ts";

/** Where to listen, and for how long to wait for slow clients. */
export interface ListenOptions {
  /** Address to bind; 127.0.0.1. */
  readonly host?: string;
  /** Port to bind; 0 lets the system choose. */
  readonly port: number;
  readonly limits?: Partial<Limits>;
  /** Milliseconds that a stop waits for running requests before it cuts them; 30,000. */
  readonly drainMs?: number;
}

/** A server that answers. */
export interface Listener {
  /** `http://127.0.0.1:8080` */
  readonly url: string;
  readonly host: string;
  readonly port: number;
  /** Stops accepting, lets running requests finish, and resolves when the last connection is closed. */
  close(): Promise<void>;
}

/**
 * Opens a port for `handler`. Clients that send their request too slowly are cut (408), connections that say nothing are
 * closed, and what is not HTTP is answered 400, all in the shape of other errors.
 * @throws Node's error with `code` EADDRINUSE, EACCES, EADDRNOTAVAIL or ENOTFOUND when the port cannot be had
 */
export async function listen(handler: RequestListener, options: ListenOptions): Promise<Listener> {
  const limits = { ...defaultLimits, ...options.limits };
  const server = createServer(
    {
      headersTimeout: limits.headersTimeoutMs,
      requestTimeout: limits.requestTimeoutMs,
      keepAliveTimeout: limits.keepAliveMs,
      connectionsCheckingInterval: Math.max(20, Math.min(5_000, limits.headersTimeoutMs / 4)),
      // TorchServe takes requests without a Host header.
      requireHostHeader: false,
    },
    handler,
  );
  server.on("clientError", refuseBrokenHttp);
  // curl asks before it sends a large body; one that is too large is refused before it comes.
  server.on("checkContinue", (request, response) => {
    const size = Number(request.headers["content-length"] ?? 0);
    if (size <= limits.maxRequestSize) response.writeContinue();
    handler(request, response);
  });
  await opened(server, options.host ?? "127.0.0.1", options.port);
  const { address, port, family } = addressOf(server);
  return {
    url: `http://${family === "IPv6" ? `[${address}]` : address}:${port}`,
    host: address,
    port,
    close: () => drained(server, options.drainMs ?? 30_000),
  };
}

function opened(server: Server, host: string, port: number): Promise<void> {
  return new Promise((resolve, reject) => {
    server.once("error", reject);
    server.listen(port, host, () => {
      server.off("error", reject);
      resolve();
    });
  });
}

function addressOf(server: Server): AddressInfo {
  const address = server.address();
  if (address === null || typeof address === "string") throw new Error("the server has no port");
  return address;
}

function drained(server: Server, drainMs: number): Promise<void> {
  return new Promise((resolve) => {
    const patience = setTimeout(() => server.closeAllConnections(), drainMs);
    server.close(() => {
      clearTimeout(patience);
      resolve();
    });
    server.closeIdleConnections();
  });
}

/** Answers what never became a request: a broken head, one that is too large, or one that took too long. */
function refuseBrokenHttp(error: NodeJS.ErrnoException, socket: Socket): void {
  if (error.code === "ECONNRESET" || !socket.writable) {
    socket.destroy();
    return;
  }
  const answer = errorAnswer(errorBody(brokenHttp(error.code)));
  const headers = commonHeaders(answer, { requestId: newRequestId(), keepAlive: false });
  const lines = [`HTTP/1.1 ${answer.status} ${STATUS_CODES[answer.status] ?? ""}`];
  for (let i = 0; i < headers.length; i += 2) lines.push(`${headers[i]}: ${headers[i + 1]}`);
  socket.end(`${lines.join("\r\n")}\r\n\r\n${String(answer.body)}`);
  // Whoever keeps the other half open after that has had his answer.
  socket.setTimeout(2_000, () => socket.destroy());
}

function brokenHttp(code: string | undefined): RequestError {
  switch (code) {
    case "ERR_HTTP_REQUEST_TIMEOUT":
      return new RequestError("uploadTimeout", "The request did not arrive in time.");
    case "HPE_HEADER_OVERFLOW":
      return new RequestError("headersTooLarge", "The request's headers are too large.");
    case undefined:
    default:
      return new RequestError("badRequest", "Invalid HTTP message.");
  }
}

/**
 * @module
 * The process around an app: a port, patience with limits, and an orderly stop.
 */

import { createServer, STATUS_CODES } from "../node/http.ts";
import type { RequestListener, Server, ServerOptions } from "node:http";
import type { AddressInfo, Socket } from "node:net";
import { rmSync, statSync } from "node:fs";
import type { SecureContextOptions } from "node:tls";
import { commonHeaders, errorAnswer, newRequestId } from "./answer/answer.ts";
import type { Answer } from "./answer/answer.ts";
import { errorBody, RequestError } from "./errors.ts";
import { defaultLimits } from "./limits.ts";
import type { Limits } from "./limits.ts";
import { httpsOnly, refusePlainHttp } from "./tls.ts";

/** Where to listen, and for how long to wait for slow clients. */
export interface ListenOptions {
  /** Address to bind; 127.0.0.1. */
  readonly host?: string;
  /** Port to bind; 0 lets the system choose. */
  readonly port: number;
  /** A Unix domain socket, instead of host and port. */
  readonly path?: string;
  /** Key and certificate; the port then speaks TLS and nothing else. */
  readonly tls?: SecureContextOptions;
  readonly limits?: Partial<Limits>;
  /** Milliseconds that a stop waits for running requests before it cuts them; 30,000. */
  readonly drainMs?: number;
}

/** A server that answers. */
export interface Listener {
  /** `http://127.0.0.1:8080`, or `unix:/path` */
  readonly url: string;
  /** Empty for a Unix domain socket. */
  readonly host: string;
  /** 0 for a Unix domain socket. */
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
  const server = serverFor(handler, options.tls, limits);
  server.on("clientError", refuseBrokenHttp);
  // curl asks before it sends a large body; one that is too large is refused before it comes.
  server.on("checkContinue", (request, response) => {
    const size = Number(request.headers["content-length"] ?? 0);
    if (size <= limits.maxRequestSize) response.writeContinue();
    handler(request, response);
  });
  const { path } = options;
  if (path !== undefined) removeStaleSocket(path);
  await opened(server, path === undefined ? [options.port, options.host ?? "127.0.0.1"] : [path]);
  return {
    ...placeOf(server, options.tls !== undefined),
    close: () => drained(server, options.drainMs ?? 30_000),
  };
}

function serverFor(handler: RequestListener, tls: SecureContextOptions | undefined, limits: Limits): Server {
  const options: ServerOptions = {
    headersTimeout: limits.headersTimeoutMs,
    requestTimeout: limits.requestTimeoutMs,
    keepAliveTimeout: limits.keepAliveMs,
    connectionsCheckingInterval: Math.max(20, Math.min(5_000, limits.headersTimeoutMs / 4)),
    // TorchServe takes requests without a Host header.
    requireHostHeader: false,
  };
  if (tls === undefined) return createServer(options, handler);
  const https = process.getBuiltinModule("node:https");
  const server = https.createServer(
    { ...options, ...tls, handshakeTimeout: limits.headersTimeoutMs },
    handler,
  );
  refusePlainHttp(server, (socket) => answerRaw(socket, httpsOnly), limits.headersTimeoutMs);
  return server;
}

/** A socket that a server left behind when it was killed would be "in use" for ever. */
function removeStaleSocket(path: string): void {
  if (statSync(path, { throwIfNoEntry: false })?.isSocket() === true) rmSync(path);
}

function opened(server: Server, place: [port: number, host: string] | [path: string]): Promise<void> {
  return new Promise((resolve, reject) => {
    const done = (): void => {
      server.off("error", reject);
      resolve();
    };
    server.once("error", reject);
    if (place.length === 1) server.listen(place[0], done);
    else server.listen(place[0], place[1], done);
  });
}

function placeOf(server: Server, tls: boolean): Pick<Listener, "url" | "host" | "port"> {
  const place: AddressInfo | string | null = server.address();
  if (place === null) throw new Error("the server has no port");
  if (typeof place === "string") return { url: `unix:${place}`, host: "", port: 0 };
  const { address, port, family } = place;
  const host = family === "IPv6" ? `[${address}]` : address;
  return { url: `${tls ? "https" : "http"}://${host}:${port}`, host: address, port };
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
  answerRaw(socket, errorAnswer(errorBody(brokenHttp(error.code))));
}

/** Answers without a request, and closes. */
function answerRaw(socket: Socket, answer: Answer): void {
  const headers = commonHeaders(answer, { requestId: newRequestId(), keepAlive: false });
  const lines = [`HTTP/1.1 ${answer.status} ${STATUS_CODES[answer.status] ?? ""}`];
  for (let i = 0; i < headers.length; i += 2) lines.push(`${headers[i]}: ${headers[i + 1]}`);
  socket.end(`${lines.join("\r\n")}\r\n\r\n${String(answer.body)}`);
  // What the client still sends is thrown away; whoever keeps the other half open after that has had his answer.
  socket.on("error", () => socket.destroy()).resume();
  socket.setTimeout(2_000, () => socket.destroy());
}

function brokenHttp(code: string | undefined): RequestError {
  switch (code) {
    case "ERR_HTTP_REQUEST_TIMEOUT":
      return new RequestError("timeout", "The request did not arrive in time.");
    case "HPE_HEADER_OVERFLOW":
      return new RequestError("headersTooLarge", "The request's headers are too large.");
    case undefined:
    default:
      return new RequestError("badRequest", "Invalid HTTP message.");
  }
}

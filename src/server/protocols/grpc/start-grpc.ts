/**
 * @module
 * The gRPC port. `@grpc/grpc-js` is loaded here, when a gRPC port is asked for.
 */

import type { sendUnaryData, Server, ServerUnaryCall, UntypedServiceImplementation } from "@grpc/grpc-js";
import type { SecureContextOptions } from "node:tls";
import { ArgumentError, CandilError } from "../../../errors.ts";
import { ClientGone, errorBody } from "../../errors.ts";
import type { Shelf } from "../door.ts";
import type { CallWatcher, Service } from "./calls.ts";
import type * as grpcJs from "./grpc-js.ts";
import { healthService } from "./health-service.ts";
import { inferenceService } from "./inference-service.ts";
import { definition } from "./definition.ts";
import { reflectionServices } from "./reflection.ts";
import { statusOf } from "./status.ts";
import { addStreams } from "./streams.ts";
import { UnaryCall } from "./unary-call.ts";

type Grpc = typeof grpcJs;

/** Where and how to listen. */
export interface GrpcOptions {
  /** Address to bind; 127.0.0.1. */
  readonly host?: string;
  /** Port to bind; 0 lets the system choose. */
  readonly port: number;
  /** Key and certificate in PEM; the port then speaks TLS and nothing else. */
  readonly tls?: Pick<SecureContextOptions, "key" | "cert">;
  /** Milliseconds that a stop waits for running calls before it cuts them; 30,000. */
  readonly drainMs?: number;
  /** Refuses a call by throwing RequestError; the value of its `authorization` metadata, if it has one. */
  readonly authorize?: (authorization: string | undefined) => void;
  /** Receives defects of ours. */
  readonly onDefect?: (error: unknown, requestId: string) => void;
  /** Is told of calls, for the log and the metrics. */
  readonly watcher?: CallWatcher;
}

/** A gRPC port that answers. */
export interface GrpcListener {
  readonly host: string;
  readonly port: number;
  /** Takes no new calls, lets running ones finish, and resolves when the last is answered. */
  close(): Promise<void>;
}

/**
 * Opens the gRPC port over a shelf.
 * @throws CandilError when the port cannot be had
 */
export async function startGrpc(shelf: Shelf, options: GrpcOptions): Promise<GrpcListener> {
  const grpc = await import("./grpc-js.ts");
  const limit = shelf.limits.maxRequestSize;
  const server = new grpc.Server({
    "grpc.max_receive_message_length": limit,
    "grpc.max_send_message_length": -1,
    "grpc.max_concurrent_streams": 1_000,
  });
  const offered = [inferenceService(shelf), healthService(shelf)];
  const services = [...offered, ...reflectionServices(offered)];
  for (const service of offered) addUnaryCalls(grpc, server, service, options);
  const streams = addStreams(grpc, server, services, options);
  const host = options.host ?? "127.0.0.1";
  const port = await bound(
    server,
    `${host.includes(":") ? `[${host}]` : host}:${options.port}`,
    credentials(grpc, options),
  );
  const close = (): Promise<void> => {
    streams.end();
    return drained(server, options.drainMs ?? 30_000);
  };
  return { host, port, close };
}

function credentials(
  grpc: Grpc,
  { tls }: GrpcOptions,
): ReturnType<Grpc["ServerCredentials"]["createInsecure"]> {
  if (tls === undefined) return grpc.ServerCredentials.createInsecure();
  return grpc.ServerCredentials.createSsl(
    null,
    [{ private_key: pem(tls.key), cert_chain: pem(tls.cert) }],
    false,
  );
}

function pem(value: unknown): Buffer {
  if (typeof value === "string" || value instanceof Uint8Array) return Buffer.from(value);
  throw new ArgumentError("TLS for gRPC needs a key and a certificate in PEM");
}

function bound(
  server: Server,
  address: string,
  credentials: ReturnType<Grpc["ServerCredentials"]["createInsecure"]>,
): Promise<number> {
  return new Promise((resolve, reject) => {
    server.bindAsync(address, credentials, (error, port) => {
      if (error === null) resolve(port);
      else
        reject(new CandilError(`the gRPC port ${address} cannot be had: ${error.message}`, { cause: error }));
    });
  });
}

function drained(server: Server, drainMs: number): Promise<void> {
  return new Promise((resolve) => {
    const patience = setTimeout(() => server.forceShutdown(), drainMs);
    server.tryShutdown(() => {
      clearTimeout(patience);
      resolve();
    });
  });
}

function addUnaryCalls(grpc: Grpc, server: Server, { name, calls }: Service, options: GrpcOptions): void {
  const implementation: UntypedServiceImplementation = Object.fromEntries(
    Object.entries(calls).map(([call, { handle }]) => [
      call,
      (asked: ServerUnaryCall<Uint8Array, Uint8Array>, answer: sendUnaryData<Uint8Array>): void => {
        const one = new UnaryCall(asked, options.watcher ?? {});
        const headers = new grpc.Metadata();
        headers.set("x-request-id", one.requestId);
        asked.sendMetadata(headers);
        const run = async (): Promise<Uint8Array> => {
          options.authorize?.(one.authorization);
          return handle(asked.request, one.context);
        };
        run().then(
          (bytes) => {
            answer(null, bytes);
            one.end(200);
          },
          (error: unknown) => {
            const status = statusOf(grpc, error);
            if (status.code === Number(grpc.status.INTERNAL)) options.onDefect?.(error, one.requestId);
            answer(status);
            // 499 is what proxies write for a client that left.
            one.end(error instanceof ClientGone ? 499 : errorBody(error).code, status.details);
          },
        );
      },
    ]),
  );
  server.addService(
    definition(name, Object.keys(calls), { request: false, response: false }),
    implementation,
  );
}

/**
 * @module
 * The gRPC port. `@grpc/grpc-js` is loaded here, when a gRPC port is asked for.
 */

import type {
  sendUnaryData,
  Server,
  ServerDuplexStream,
  ServerUnaryCall,
  ServiceDefinition,
  UntypedServiceImplementation,
} from "@grpc/grpc-js";
import type { SecureContextOptions } from "node:tls";
import { ArgumentError, CandilError } from "../../../errors.ts";
import { ClientGone, errorBody } from "../../errors.ts";
import type { Shelf } from "../door.ts";
import type { CallWatcher, Service } from "./calls.ts";
import type * as grpcJs from "./grpc-js.ts";
import { healthService } from "./health-service.ts";
import { inferenceService } from "./inference-service.ts";
import { reflection, reflectionServices } from "./reflection.ts";
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
  const services = [inferenceService(shelf), healthService(shelf)];
  for (const service of services) addUnaryCalls(grpc, server, service, options);
  addReflection(grpc, server, services);
  const host = options.host ?? "127.0.0.1";
  const port = await bound(
    server,
    `${host.includes(":") ? `[${host}]` : host}:${options.port}`,
    credentials(grpc, options),
  );
  return { host, port, close: () => drained(server, options.drainMs ?? 30_000) };
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

const asBytes = (bytes: Uint8Array): Buffer => Buffer.from(bytes.buffer, bytes.byteOffset, bytes.byteLength);

function definition(service: string, calls: readonly string[], stream: boolean): ServiceDefinition {
  const entries = calls.map((name) => {
    const path = `/${service}/${name}`;
    return [
      name,
      {
        path,
        originalName: name,
        requestStream: stream,
        responseStream: stream,
        requestSerialize: asBytes,
        requestDeserialize: asBytes,
        responseSerialize: asBytes,
        responseDeserialize: asBytes,
      },
    ] as const;
  });
  return Object.fromEntries(entries);
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
  server.addService(definition(name, Object.keys(calls), false), implementation);
}

/** The status of a failure; the words are those that an HTTP client would read. */
function statusOf({ status }: Grpc, error: unknown): { code: number; details: string } {
  if (error instanceof ClientGone)
    return { code: status.CANCELLED, details: "the client cancelled the call" };
  const { code, message } = errorBody(error);
  const codes: Readonly<Record<number, number>> = {
    400: status.INVALID_ARGUMENT,
    401: status.UNAUTHENTICATED,
    403: status.PERMISSION_DENIED,
    404: status.NOT_FOUND,
    405: status.UNIMPLEMENTED,
    408: status.DEADLINE_EXCEEDED,
    409: status.ALREADY_EXISTS,
    413: status.RESOURCE_EXHAUSTED,
    503: status.UNAVAILABLE,
  };
  return { code: codes[code] ?? status.INTERNAL, details: message };
}

function addReflection(grpc: Grpc, server: Server, services: readonly Service[]): void {
  const answer = reflection(services);
  const serve = (stream: ServerDuplexStream<Uint8Array, Uint8Array>): void => {
    stream.on("data", (request: Uint8Array) => {
      try {
        stream.write(answer(request));
      } catch (error) {
        stream.destroy(Object.assign(new Error(errorBody(error).message), statusOf(grpc, error)));
      }
    });
    stream.on("end", () => stream.end());
    stream.on("error", () => undefined);
  };
  for (const name of reflectionServices) {
    server.addService(definition(name, ["ServerReflectionInfo"], true), { ServerReflectionInfo: serve });
  }
}

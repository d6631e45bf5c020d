/**
 * @module
 * A client of the Open Inference Protocol that shares no code with candil: @grpc/grpc-js with @grpc/proto-loader.
 */

import { credentials, loadPackageDefinition, makeGenericClientConstructor, Metadata } from "@grpc/grpc-js";
import type {
  CallOptions,
  Client,
  ChannelCredentials,
  GrpcObject,
  ServiceClientConstructor,
  ServiceDefinition,
  ServiceError,
} from "@grpc/grpc-js";
import { loadSync } from "@grpc/proto-loader";
import { fileURLToPath } from "node:url";

/** How protobufjs hands out messages: 64-bit numbers and enums as text. */
const READING = { keepCase: true, longs: String, enums: String, defaults: false, oneofs: true };

function load(name: string): ReturnType<typeof loadSync> {
  return loadSync(fileURLToPath(new URL(`../fixtures/grpc/${name}.proto`, import.meta.url)), READING);
}

/** The protocol's definition, as protobufjs reads it. */
export const definition = load("inference");

const { inference } = loadPackageDefinition(definition) as {
  inference: { GRPCInferenceService: ServiceClientConstructor };
} & GrpcObject;

type Method = (
  request: object,
  metadata: Metadata,
  options: CallOptions,
  done: (error: ServiceError | null, answer: object) => void,
) => { cancel(): void };

/** A client for one port. */
export class GrpcClient {
  readonly #client: Client & Record<string, Method>;

  constructor(address: string, security: ChannelCredentials = credentials.createInsecure()) {
    this.#client = new inference.GRPCInferenceService(address, security) as Client & Record<string, Method>;
  }

  /** Calls a method; rejects with grpc-js's ServiceError. */
  call(
    method: string,
    request: object,
    options: CallOptions = {},
    metadata = new Metadata(),
  ): Promise<Record<string, unknown>> {
    return this.start(method, request, options, metadata).answer;
  }

  /** Calls a method in a way that can be cancelled. */
  start(
    method: string,
    request: object,
    options: CallOptions = {},
    metadata = new Metadata(),
  ): { readonly answer: Promise<Record<string, unknown>>; readonly cancel: () => void } {
    let cancel = (): void => undefined;
    const answer = new Promise<Record<string, unknown>>((resolve, reject) => {
      const call = this.#client[method](request, metadata, options, (error, value) => {
        if (error === null) resolve(value as Record<string, unknown>);
        else reject(error);
      });
      cancel = () => call.cancel();
    });
    return { answer, cancel: () => cancel() };
  }

  close(): void {
    this.#client.close();
  }
}

/** A stream of objects. */
export interface ObjectStream extends AsyncIterable<object> {
  write(message: object): void;
  end(): void;
  cancel(): void;
}

/** Opens a stream of a method in a definition of test/fixtures/grpc; `close` closes its connection. */
export function openStream(
  address: string,
  file: string,
  method: `${string}/${string}`,
): { readonly stream: ObjectStream; readonly close: () => void } {
  const [service, name] = method.split("/");
  const { path, requestSerialize, responseDeserialize } = (load(file)[service] as ServiceDefinition)[name];
  const Raw = makeGenericClientConstructor({}, "raw");
  const client = new Raw(address, credentials.createInsecure());
  const stream = client.makeBidiStreamRequest<object, object>(path, requestSerialize, responseDeserialize);
  return { stream, close: () => client.close() };
}

/** Calls a method by its path with bytes, whatever they are. */
export function callRaw(address: string, path: string, bytes: Uint8Array): Promise<Buffer> {
  const identity = (value: Buffer): Buffer => value;
  const Raw = makeGenericClientConstructor({}, "raw");
  const client = new Raw(address, credentials.createInsecure());
  return new Promise((resolve, reject) => {
    client.makeUnaryRequest(path, identity, identity, Buffer.from(bytes), (error, value) => {
      client.close();
      if (error === null && value !== undefined) resolve(value);
      else reject(error ?? new Error("no answer"));
    });
  });
}

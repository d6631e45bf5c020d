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
  ServiceError,
} from "@grpc/grpc-js";
import { loadSync } from "@grpc/proto-loader";
import { fileURLToPath } from "node:url";

const file = fileURLToPath(new URL("../fixtures/grpc/inference.proto", import.meta.url));

/** The protocol's definition, as protobufjs reads it; 64-bit numbers are text. */
export const definition = loadSync(file, { keepCase: true, longs: String, defaults: false, oneofs: true });

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

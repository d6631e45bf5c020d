/**
 * @module
 * What grpc-js must know of a service: the paths of its calls, and that messages are bytes, which are encoded elsewhere.
 */

import type { ServiceDefinition } from "@grpc/grpc-js";

const asBytes = (bytes: Uint8Array): Buffer => Buffer.from(bytes.buffer, bytes.byteOffset, bytes.byteLength);

/** Which sides of a call send more than one message. */
export interface Streams {
  readonly request: boolean;
  readonly response: boolean;
}

/** Calls of a service, all of one kind. */
export function definition(
  service: string,
  calls: readonly string[],
  { request, response }: Streams,
): ServiceDefinition {
  const entries = calls.map((name) => {
    const path = `/${service}/${name}`;
    return [
      name,
      {
        path,
        originalName: name,
        requestStream: request,
        responseStream: response,
        requestSerialize: asBytes,
        requestDeserialize: asBytes,
        responseSerialize: asBytes,
        responseDeserialize: asBytes,
      },
    ] as const;
  });
  return Object.fromEntries(entries);
}

/**
 * @module
 * `grpc.reflection.v1.ServerReflection`: what services there are, and how their messages look. Its answers are made once.
 */

import type { Service } from "./calls.ts";
import { describeService } from "./descriptor.ts";
import { many, message, nested, nestedMany, one, oneOf } from "./message.ts";
import { bytes, int32, string } from "./scalars.ts";

const ServerReflectionRequest = message("grpc.reflection.v1.ServerReflectionRequest", {
  host: one(1, string),
  file_by_filename: oneOf("message_request", 3, string),
  file_containing_symbol: oneOf("message_request", 4, string),
  list_services: oneOf("message_request", 7, string),
});
const ServerReflectionResponse = message("grpc.reflection.v1.ServerReflectionResponse", {
  valid_host: one(1, string),
  // The request as it came.
  original_request: one(2, bytes),
  file_descriptor_response: nested(
    4,
    message("grpc.reflection.v1.FileDescriptorResponse", { file_descriptor_proto: many(1, bytes) }),
  ),
  list_services_response: nested(
    6,
    message("grpc.reflection.v1.ListServiceResponse", {
      service: nestedMany(1, message("grpc.reflection.v1.ServiceResponse", { name: one(1, string) })),
    }),
  ),
  error_response: nested(
    7,
    message("grpc.reflection.v1.ErrorResponse", { error_code: one(1, int32), error_message: one(2, string) }),
  ),
});

const NOT_FOUND = 5;
const UNIMPLEMENTED = 12;

/** The names under which reflection is offered: clients older than 2023 know the second alone. */
export const reflectionServices = [
  "grpc.reflection.v1.ServerReflection",
  "grpc.reflection.v1alpha.ServerReflection",
];

/** Answers one message of the stream. The answerer throws FormatError when the bytes are no request. */
export function reflection(services: readonly Service[]): (request: Uint8Array) => Uint8Array {
  const files = services.map(describeService);
  return (request) => {
    const asked = ServerReflectionRequest.decode(request);
    const answer = (body: Parameters<typeof ServerReflectionResponse.encode>[0]): Uint8Array =>
      ServerReflectionResponse.encode({ valid_host: asked.host, original_request: request, ...body });
    const refuse = (code: number, text: string): Uint8Array =>
      answer({ error_response: { error_code: code, error_message: text } });
    if (asked.list_services !== undefined) {
      const names = [...services.map(({ name }) => name), ...reflectionServices];
      return answer({ list_services_response: { service: names.map((name) => ({ name })) } });
    }
    const { file_by_filename: filename, file_containing_symbol: symbol } = asked;
    if (filename === undefined && symbol === undefined) {
      return refuse(UNIMPLEMENTED, "files and services are known here; extensions are not");
    }
    const found = files.find(
      ({ name, symbols }) => name === filename || (symbol !== undefined && symbols.includes(symbol)),
    );
    return found === undefined
      ? refuse(NOT_FOUND, `nothing here is called ${JSON.stringify((symbol ?? filename ?? "").slice(0, 80))}`)
      : answer({ file_descriptor_response: { file_descriptor_proto: [found.bytes] } });
  };
}

/**
 * @module
 * `grpc.reflection.v1.ServerReflection`: what services there are, and how their messages look. Its answers are made once.
 */

import type { Service } from "./calls.ts";
import { describeService } from "./descriptor.ts";
import type { Described } from "./descriptor.ts";
import { many, message, nested, nestedMany, one, oneOf } from "./message.ts";
import type { AnyMessage, Field } from "./message.ts";
import { bytes, int32, string } from "./scalars.ts";

/** The packages in which reflection is offered: clients older than 2023 know the second alone. */
const PACKAGES = ["grpc.reflection.v1", "grpc.reflection.v1alpha"];

/** The messages of a package; on the wire those of all packages are alike. */
function messagesIn(of: string) {
  const Request = message(`${of}.ServerReflectionRequest`, {
    host: one(1, string),
    file_by_filename: oneOf("message_request", 3, string),
    file_containing_symbol: oneOf("message_request", 4, string),
    list_services: oneOf("message_request", 7, string),
  });
  const Response = message(`${of}.ServerReflectionResponse`, {
    valid_host: one(1, string),
    original_request: asItCame(2, Request),
    file_descriptor_response: nested(
      4,
      message(`${of}.FileDescriptorResponse`, { file_descriptor_proto: many(1, bytes) }),
    ),
    list_services_response: nested(
      6,
      message(`${of}.ListServiceResponse`, {
        service: nestedMany(1, message(`${of}.ServiceResponse`, { name: one(1, string) })),
      }),
    ),
    error_response: nested(
      7,
      message(`${of}.ErrorResponse`, { error_code: one(1, int32), error_message: one(2, string) }),
    ),
  });
  return { Request, Response };
}

/** A message in its bytes, unread. */
function asItCame(number: number, type: AnyMessage): Field<Uint8Array> {
  return { ...one(number, bytes), kind: { of: "message", message: type } };
}

const { Request, Response } = messagesIn(PACKAGES[0]);

const NOT_FOUND = 5;
const UNIMPLEMENTED = 12;

/**
 * The services that tell of these, and of themselves: some clients look up every name that they are told. Their answerer throws
 * FormatError when the bytes are no request.
 */
export function reflectionServices(services: readonly Service[]): Service[] {
  const own = PACKAGES.map((of) => {
    const { Request: request, Response: response } = messagesIn(of);
    return { name: `${of}.ServerReflection`, calls: {}, type: { request, response } };
  });
  const described = own.map(({ type, ...rest }) => ({ ...rest, streams: { ServerReflectionInfo: type } }));
  const each = answerer([...services, ...described]);
  return own.map(({ type, ...rest }) => ({ ...rest, streams: { ServerReflectionInfo: { ...type, each } } }));
}

function answerer(services: readonly Described[]): (request: Uint8Array) => Uint8Array {
  const files = services.map(describeService);
  return (request) => {
    const asked = Request.decode(request);
    const answer = (body: Parameters<typeof Response.encode>[0]): Uint8Array =>
      Response.encode({ valid_host: asked.host, original_request: request, ...body });
    const refuse = (code: number, text: string): Uint8Array =>
      answer({ error_response: { error_code: code, error_message: text } });
    if (asked.list_services !== undefined) {
      return answer({ list_services_response: { service: services.map(({ name }) => ({ name })) } });
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

/**
 * @module
 * A service and its messages as a FileDescriptorProto, from which generic clients such as grpcurl learn how to ask.
 */

import { many, message, nested, nestedMany, one, oneOf } from "./message.ts";
import type { AnyMessage, Field, FieldKind } from "./message.ts";
import { bool, bytes, int32, string } from "./scalars.ts";
import type { Scalar } from "./scalars.ts";

const FieldDescriptor = message("google.protobuf.FieldDescriptorProto", {
  name: one(1, string),
  number: one(3, int32),
  label: one(4, int32),
  type: one(5, int32),
  type_name: one(6, string),
  // Index 0 must be written too, as a member of a oneof is.
  oneof_index: oneOf("presence", 9, int32),
});
const MessageOptions = message("google.protobuf.MessageOptions", { map_entry: one(7, bool) });
const OneofDescriptor = message("google.protobuf.OneofDescriptorProto", { name: one(1, string) });
const EnumDescriptor = message("google.protobuf.EnumDescriptorProto", {
  name: one(1, string),
  value: nestedMany(
    2,
    message("google.protobuf.EnumValueDescriptorProto", {
      name: one(1, string),
      // 0 must be written too.
      number: oneOf("presence", 2, int32),
    }),
  ),
});
const MessageDescriptor = message("google.protobuf.DescriptorProto", {
  name: one(1, string),
  field: nestedMany(2, FieldDescriptor),
  // Of this very type: encoded before.
  nested_type: many(3, bytes),
  enum_type: nestedMany(4, EnumDescriptor),
  options: nested(7, MessageOptions),
  oneof_decl: nestedMany(8, OneofDescriptor),
});
const MethodDescriptor = message("google.protobuf.MethodDescriptorProto", {
  name: one(1, string),
  input_type: one(2, string),
  output_type: one(3, string),
  client_streaming: one(5, bool),
  server_streaming: one(6, bool),
});
const ServiceDescriptor = message("google.protobuf.ServiceDescriptorProto", {
  name: one(1, string),
  method: nestedMany(2, MethodDescriptor),
});
const FileDescriptor = message("google.protobuf.FileDescriptorProto", {
  name: one(1, string),
  package: one(2, string),
  message_type: many(4, bytes),
  service: nestedMany(6, ServiceDescriptor),
  syntax: one(12, string),
});

const TYPE_MESSAGE = 11;
const LABEL_OPTIONAL = 1;
const LABEL_REPEATED = 3;

/** A file as reflection hands it out. */
export interface DescribedFile {
  readonly name: string;
  readonly bytes: Uint8Array;
  /** Full names of what it declares. */
  readonly symbols: readonly string[];
}

/** The messages of a call. */
interface CallType {
  readonly request: AnyMessage;
  readonly response: AnyMessage;
  /** Of a stream: it takes one message alone. */
  readonly watch?: unknown;
}

/** As much of a service as is described. */
export interface Described {
  readonly name: string;
  readonly calls: Readonly<Record<string, CallType>>;
  readonly streams?: Readonly<Record<string, CallType>>;
}

/** The file of a service with all messages that it needs. */
export function describeService(service: Described): DescribedFile {
  const at = service.name.lastIndexOf(".");
  const { streams = {} } = service;
  const calls = Object.entries({ ...service.calls, ...streams });
  const messages = new Map<string, AnyMessage>();
  for (const [, { request, response }] of calls)
    for (const type of [request, response]) collect(type, messages);
  const name = `${service.name.replaceAll(".", "/")}.proto`;
  const file = {
    name,
    package: service.name.slice(0, at),
    message_type: childrenOf(service.name.slice(0, at), messages).map((type) =>
      describeMessage(type, messages),
    ),
    service: [
      {
        name: service.name.slice(at + 1),
        method: calls.map(([name, { request, response, watch }]) => {
          return {
            name,
            input_type: `.${request.name}`,
            output_type: `.${response.name}`,
            client_streaming: name in streams && watch === undefined,
            server_streaming: name in streams,
          };
        }),
      },
    ],
    syntax: "proto3",
  };
  const methods = calls.map(([call]) => `${service.name}.${call}`);
  return {
    name,
    bytes: FileDescriptor.encode(file),
    symbols: [service.name, ...methods, ...messages.keys()],
  };
}

function collect(type: AnyMessage, messages: Map<string, AnyMessage>): void {
  if (messages.has(type.name)) return;
  messages.set(type.name, type);
  for (const { kind } of Object.values(type.fields)) {
    const value = kind.of === "map" ? kind.value : kind;
    if (value.of === "message") collect(value.message, messages);
  }
}

/** The messages declared right inside a package or a message. */
function childrenOf(parent: string, messages: ReadonlyMap<string, AnyMessage>): AnyMessage[] {
  return [...messages.values()].filter(({ name }) => name.slice(0, name.lastIndexOf(".")) === parent);
}

function describeMessage(type: AnyMessage, messages: ReadonlyMap<string, AnyMessage>): Uint8Array {
  const fields = Object.entries(type.fields);
  const oneofs = [...new Set(fields.flatMap(([, { oneof }]) => (oneof === null ? [] : [oneof])))];
  const entries = fields.flatMap(([name, { kind }]) =>
    kind.of === "map" ? [describeEntry(name, kind.value)] : [],
  );
  return MessageDescriptor.encode({
    name: lastName(type.name),
    field: fields.map(([name, field]) => describeField(name, field, type.name, oneofs)),
    nested_type: [
      ...childrenOf(type.name, messages).map((child) => describeMessage(child, messages)),
      ...entries,
    ],
    enum_type: fields.flatMap(([, { kind }]) => (kind.of === "scalar" ? describeEnum(kind.scalar) : [])),
    oneof_decl: oneofs.map((name) => ({ name })),
  });
}

function describeEnum({ enumeration }: Scalar<unknown>): Parameters<typeof EnumDescriptor.encode>[0][] {
  if (enumeration === undefined) return [];
  const { name, values } = enumeration;
  return [
    { name: lastName(name), value: Object.entries(values).map(([key, number]) => ({ name: key, number })) },
  ];
}

type FieldDescription = Parameters<typeof FieldDescriptor.encode>[0];

function describeField(
  name: string,
  { number, kind, repeated, oneof }: Field<unknown>,
  owner: string,
  oneofs: readonly string[],
): FieldDescription {
  return {
    name,
    number,
    label: repeated ? LABEL_REPEATED : LABEL_OPTIONAL,
    ...(kind.of === "map" ? typeOf(entryName(name), owner) : describeKind(kind)),
    oneof_index: oneof === null ? undefined : oneofs.indexOf(oneof),
  };
}

function describeKind(kind: Exclude<FieldKind, { of: "map" }>): FieldDescription {
  if (kind.of === "message") return { type: TYPE_MESSAGE, type_name: `.${kind.message.name}` };
  const { type, enumeration } = kind.scalar;
  return { type, ...(enumeration === undefined ? {} : { type_name: `.${enumeration.name}` }) };
}

function typeOf(name: string, owner: string): FieldDescription {
  return { type: TYPE_MESSAGE, type_name: `.${owner}.${name}` };
}

/** The message that stands for an entry of a map. */
function describeEntry(name: string, value: Exclude<FieldKind, { of: "map" }>): Uint8Array {
  return MessageDescriptor.encode({
    name: entryName(name),
    field: [
      { name: "key", number: 1, label: LABEL_OPTIONAL, type: string.type },
      { name: "value", number: 2, label: LABEL_OPTIONAL, ...describeKind(value) },
    ],
    options: { map_entry: true },
  });
}

/** As protoc names it: `parameters` becomes `ParametersEntry`. */
function entryName(field: string): string {
  return `${field.replace(/(?:^|_)([a-z])/g, (_, letter: string) => letter.toUpperCase())}Entry`;
}

function lastName(name: string): string {
  return name.slice(name.lastIndexOf(".") + 1);
}

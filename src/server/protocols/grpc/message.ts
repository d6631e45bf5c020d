/**
 * @module
 * Messages of Protocol Buffers declared as tables of fields. A table gives the TypeScript type, the codec and, for
 * reflection, the descriptor.
 *
 * @example
 * const Point = message("demo.Point", { x: one(1, int32), y: one(2, int32) });
 * Point.decode(Point.encode({ x: 3 })); // { x: 3, y: 0 }
 */

import { FormatError } from "../../../errors.ts";
import { string } from "./scalars.ts";
import type { Scalar } from "./scalars.ts";
import { WireReader, WireWriter } from "./wire.ts";
import type { WireType } from "./wire.ts";

/** What kind of value a field holds, for its descriptor. */
export type FieldKind =
  | { readonly of: "scalar"; readonly scalar: Scalar<unknown> }
  | { readonly of: "message"; readonly message: AnyMessage }
  /** A map from strings. */
  | { readonly of: "map"; readonly value: Exclude<FieldKind, { of: "map" }> };

/** A field whose value is a T. */
export interface Field<T> {
  readonly number: number;
  readonly kind: FieldKind;
  readonly repeated: boolean;
  /** The oneof that it belongs to; null for none. */
  readonly oneof: string | null;
  /** The value of a field that did not come. */
  initial(): T;
  /** The value after one more occurrence on the wire. @throws FormatError */
  read(reader: WireReader, wire: WireType, before: T): T;
  write(writer: WireWriter, value: T): void;
}

/** Fields by name. */
export type Fields = Readonly<Record<string, Field<unknown>>>;

/** The value of a message with such fields. */
export type Value<F> = { readonly [K in keyof F]: F[K] extends Field<infer T> ? T : never };

/** A kind of message, whatever its fields. */
export interface AnyMessage {
  /** With its package, and with the message that it is nested in: `inference.ModelInferRequest.InferInputTensor`. */
  readonly name: string;
  readonly fields: Fields;
}

/** A kind of message. */
export interface MessageType<F> extends AnyMessage {
  /** Unknown fields are passed over. @throws FormatError when the bytes are no such message */
  decode(bytes: Uint8Array): Value<F>;
  /** Absent fields have their zero values. */
  encode(value: Partial<Value<F>>): Uint8Array;
}

/** Declares a kind of message. */
export function message<F extends object>(
  name: string,
  fields: F & { readonly [K in keyof F]: Field<unknown> },
): MessageType<F> {
  const table = fields as Fields;
  const byNumber = new Map(Object.entries(table).map(([key, field]) => [field.number, { key, field }]));
  return {
    name,
    fields: table,
    decode(bytes) {
      const value: Record<string, unknown> = {};
      for (const [key, field] of Object.entries(table)) value[key] = field.initial();
      const reader = new WireReader(bytes);
      while (!reader.done) {
        const { number, wire } = reader.tag();
        const found = byNumber.get(number);
        if (found === undefined) reader.skip(wire);
        else value[found.key] = found.field.read(reader, wire, value[found.key]);
      }
      return value as Value<F>;
    },
    encode(value) {
      const writer = new WireWriter();
      const given: Readonly<Record<string, unknown>> = value;
      for (const [key, field] of Object.entries(table)) {
        const one = given[key];
        if (one !== undefined) field.write(writer, one);
      }
      return writer.finish();
    },
  };
}

function expectWire(got: WireType, wanted: WireType, number: number): void {
  if (got === wanted) return;
  throw new FormatError(`protobuf: field ${number} has wire type ${got}, expected ${wanted}`);
}

/** A scalar that is its zero value when absent. */
export function one<T>(number: number, scalar: Scalar<T>): Field<T> {
  const inOneof = oneOf("", number, scalar);
  return {
    ...inOneof,
    oneof: null,
    initial: () => scalar.zero,
    read: (reader, wire) => inOneof.read(reader, wire, undefined) ?? scalar.zero,
    write: (writer, value) => {
      const absent = value instanceof Uint8Array ? value.length === 0 : Object.is(value, scalar.zero);
      if (!absent) inOneof.write(writer, value);
    },
  };
}

/** A scalar of a oneof: undefined when absent. */
export function oneOf<T>(oneof: string, number: number, scalar: Scalar<T>): Field<T | undefined> {
  return {
    number,
    kind: { of: "scalar", scalar: scalar },
    repeated: false,
    oneof,
    initial: () => undefined,
    read(reader, wire) {
      expectWire(wire, scalar.wire, number);
      return scalar.read(reader);
    },
    write(writer, value) {
      if (value === undefined) return;
      writer.tag({ number, wire: scalar.wire });
      scalar.write(writer, value);
    },
  };
}

/** A list of scalars; numbers are written packed and read either way. */
export function many<T>(number: number, scalar: Scalar<T>): Field<readonly T[]> {
  return {
    number,
    kind: { of: "scalar", scalar: scalar },
    repeated: true,
    oneof: null,
    initial: () => [],
    read(reader, wire, before) {
      const list = before as T[];
      if (wire !== 2 || scalar.wire === 2) {
        expectWire(wire, scalar.wire, number);
        list.push(scalar.read(reader));
        return list;
      }
      const packed = new WireReader(reader.bytes());
      while (!packed.done) list.push(scalar.read(packed));
      return list;
    },
    write(writer, values) {
      if (values.length === 0) return;
      if (scalar.wire === 2) {
        for (const value of values) {
          writer.tag({ number, wire: 2 });
          scalar.write(writer, value);
        }
        return;
      }
      const packed = new WireWriter();
      for (const value of values) scalar.write(packed, value);
      writer.tag({ number, wire: 2 }).bytes(packed.finish());
    },
  };
}

/** A message; undefined when absent. Where it comes twice, the last one counts; protoc merges them. */
export function nested<F>(number: number, type: MessageType<F>): Field<Partial<Value<F>> | undefined> {
  return {
    number,
    kind: { of: "message", message: type },
    repeated: false,
    oneof: null,
    initial: () => undefined,
    read(reader, wire) {
      expectWire(wire, 2, number);
      return type.decode(reader.bytes());
    },
    write(writer, value) {
      if (value !== undefined) writer.tag({ number, wire: 2 }).bytes(type.encode(value));
    },
  };
}

/** A list of messages. */
export function nestedMany<F>(number: number, type: MessageType<F>): Field<readonly Partial<Value<F>>[]> {
  const single = nested(number, type);
  return {
    number,
    kind: single.kind,
    repeated: true,
    oneof: null,
    initial: () => [],
    read: (reader, wire, before) => {
      const list = before as Partial<Value<F>>[];
      list.push(single.read(reader, wire, undefined) ?? {});
      return list;
    },
    write: (writer, values) => values.forEach((value) => single.write(writer, value)),
  };
}

/** A map from strings to messages. */
export function mapOf<F>(
  number: number,
  type: MessageType<F>,
): Field<ReadonlyMap<string, Partial<Value<F>>>> {
  const entry = message("", { key: one(1, string), value: nested(2, type) });
  return {
    number,
    kind: { of: "map", value: { of: "message", message: type } },
    repeated: true,
    oneof: null,
    initial: () => new Map(),
    read(reader, wire, before) {
      expectWire(wire, 2, number);
      const { key, value } = entry.decode(reader.bytes());
      (before as Map<string, Partial<Value<F>>>).set(key, value ?? type.decode(new Uint8Array()));
      return before;
    },
    write(writer, values) {
      for (const [key, value] of values) writer.tag({ number, wire: 2 }).bytes(entry.encode({ key, value }));
    },
  };
}

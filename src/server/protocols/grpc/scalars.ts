/**
 * @module
 * The scalar types of Protocol Buffers that the served messages use.
 */

import { FormatError } from "../../../errors.ts";
import type { WireReader, WireType, WireWriter } from "./wire.ts";

/** A scalar type. */
export interface Scalar<T> {
  /** Its number in descriptor.proto (FieldDescriptorProto.Type). */
  readonly type: number;
  readonly wire: WireType;
  /** What an absent field stands for. */
  readonly zero: T;
  /** Of an enum: its full name, and its values by name. */
  readonly enumeration?: Enumeration;
  read(reader: WireReader): T;
  write(writer: WireWriter, value: T): void;
}

/** An enum that is declared in a message. */
export interface Enumeration {
  readonly name: string;
  readonly values: Readonly<Record<string, number>>;
}

/** 64 bits, signed. */
export const int64: Scalar<bigint> = {
  type: 3,
  wire: 0,
  zero: 0n,
  read: (reader) => BigInt.asIntN(64, reader.varint()),
  write: (writer, value) => void writer.varint(value),
};

/** 64 bits, unsigned. */
export const uint64: Scalar<bigint> = {
  type: 4,
  wire: 0,
  zero: 0n,
  read: (reader) => reader.varint(),
  write: (writer, value) => void writer.varint(value),
};

/** 32 bits, signed. */
export const int32: Scalar<number> = {
  type: 5,
  wire: 0,
  zero: 0,
  read: (reader) => Number(BigInt.asIntN(32, reader.varint())),
  write: (writer, value) => void writer.varint(BigInt(value)),
};

/** An enum, which lies on the wire as int32. @param name with the message that it is declared in */
export function enumeration(name: string, values: Enumeration["values"]): Scalar<number> {
  return { ...int32, type: 14, enumeration: { name, values } };
}

/** 32 bits, unsigned. */
export const uint32: Scalar<number> = {
  type: 13,
  wire: 0,
  zero: 0,
  read: (reader) => Number(BigInt.asUintN(32, reader.varint())),
  write: (writer, value) => void writer.varint(BigInt(value)),
};

/** A truth. */
export const bool: Scalar<boolean> = {
  type: 8,
  wire: 0,
  zero: false,
  read: (reader) => reader.varint() !== 0n,
  write: (writer, value) => void writer.varint(value ? 1n : 0n),
};

/** IEEE 754 binary32. */
export const float: Scalar<number> = {
  type: 2,
  wire: 5,
  zero: 0,
  read: (reader) => reader.float(),
  write: (writer, value) => void writer.float(value),
};

/** IEEE 754 binary64. */
export const double: Scalar<number> = {
  type: 1,
  wire: 1,
  zero: 0,
  read: (reader) => reader.double(),
  write: (writer, value) => void writer.double(value),
};

/** Any bytes. */
export const bytes: Scalar<Uint8Array> = {
  type: 12,
  wire: 2,
  zero: new Uint8Array(),
  read: (reader) => reader.bytes(),
  write: (writer, value) => void writer.bytes(value),
};

/** Text in UTF-8. */
export const string: Scalar<string> = {
  type: 9,
  wire: 2,
  zero: "",
  read: (reader) => decodeUtf8(reader.bytes()),
  write: (writer, value) => void writer.bytes(new TextEncoder().encode(value)),
};

function decodeUtf8(text: Uint8Array): string {
  try {
    return new TextDecoder("utf-8", { fatal: true, ignoreBOM: true }).decode(text);
  } catch (cause) {
    throw new FormatError("protobuf: a string is not UTF-8", { cause });
  }
}

/**
 * @module
 * The wire format of Protocol Buffers: tags, varints, fixed numbers and lengths.
 */

import { FormatError } from "../../../errors.ts";

/** How a value lies on the wire. Groups (3 and 4) have been out of use since proto3 and are refused. */
export type WireType = 0 | 1 | 2 | 5;

/** The name of a field on the wire. */
export interface Tag {
  readonly number: number;
  readonly wire: WireType;
}

/** Reads a message from front to back; never beyond its end. */
export class WireReader {
  readonly #bytes: Uint8Array;
  readonly #view: DataView;
  #at = 0;

  constructor(bytes: Uint8Array) {
    this.#bytes = bytes;
    this.#view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  }

  get done(): boolean {
    return this.#at >= this.#bytes.length;
  }

  /** @throws FormatError for a field number of 0 or a wire type that is none */
  tag(): Tag {
    const key = Number(BigInt.asUintN(32, this.varint()));
    const wire = key & 7;
    const number = key >>> 3;
    if (number > 0 && (wire === 0 || wire === 1 || wire === 2 || wire === 5)) return { number, wire };
    throw new FormatError(`protobuf: no field has number ${number} and wire type ${wire}`);
  }

  /** Up to 64 bits, unsigned. @throws FormatError when it does not end */
  varint(): bigint {
    let low = 0;
    // Most varints are short: they fit into a number without BigInt.
    for (let shift = 0; shift < 28; shift += 7) {
      const byte = this.#byte();
      low |= (byte & 127) << shift;
      if (byte < 128) return BigInt(low);
    }
    let value = BigInt(low);
    for (let shift = 28n; shift < 70n; shift += 7n) {
      const byte = this.#byte();
      value |= BigInt(byte & 127) << shift;
      if (byte < 128) return BigInt.asUintN(64, value);
    }
    throw new FormatError("protobuf: a varint has more than 10 bytes");
  }

  float(): number {
    return this.#view.getFloat32(this.#advance(4), true);
  }

  double(): number {
    return this.#view.getFloat64(this.#advance(8), true);
  }

  /** A length and that many bytes, which are shared, not copied. */
  bytes(): Uint8Array {
    const length = this.varint();
    const start = this.#advance(Number(length));
    return this.#bytes.subarray(start, this.#at);
  }

  /** Passes over a value. */
  skip(wire: WireType): void {
    if (wire === 0) this.varint();
    else if (wire === 2) this.bytes();
    else this.#advance(wire === 1 ? 8 : 4);
  }

  #byte(): number {
    return this.#bytes[this.#advance(1)];
  }

  #advance(size: number): number {
    const left = this.#bytes.length - this.#at;
    if (size > left) throw new FormatError(`protobuf: ${size} bytes were announced, ${left} came`);
    this.#at += size;
    return this.#at - size;
  }
}

/** Writes a message from front to back. */
export class WireWriter {
  #bytes = new Uint8Array(64);
  #view = new DataView(this.#bytes.buffer);
  #at = 0;

  tag({ number, wire }: Tag): this {
    return this.varint(BigInt(number * 8 + wire));
  }

  /** A negative number is written as its 64-bit two's complement. */
  varint(value: bigint): this {
    let rest = BigInt.asUintN(64, value);
    this.#reserve(10);
    while (rest > 127n) {
      this.#bytes[this.#at++] = Number(rest & 127n) | 128;
      rest >>= 7n;
    }
    this.#bytes[this.#at++] = Number(rest);
    return this;
  }

  float(value: number): this {
    this.#reserve(4);
    this.#view.setFloat32(this.#at, value, true);
    this.#at += 4;
    return this;
  }

  double(value: number): this {
    this.#reserve(8);
    this.#view.setFloat64(this.#at, value, true);
    this.#at += 8;
    return this;
  }

  /** A length and the bytes. */
  bytes(bytes: Uint8Array): this {
    this.varint(BigInt(bytes.length));
    this.#reserve(bytes.length);
    this.#bytes.set(bytes, this.#at);
    this.#at += bytes.length;
    return this;
  }

  /** All that was written. */
  finish(): Uint8Array {
    return this.#bytes.subarray(0, this.#at);
  }

  #reserve(size: number): void {
    if (this.#at + size <= this.#bytes.length) return;
    const grown = new Uint8Array(Math.max(2 * this.#bytes.length, this.#at + size));
    grown.set(this.#bytes);
    this.#bytes = grown;
    this.#view = new DataView(grown.buffer);
  }
}

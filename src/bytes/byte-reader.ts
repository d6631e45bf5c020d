/**
 * @module
 * A cursor over bytes that cannot run past their end.
 */

import { FormatError } from "../errors.ts";

const utf8 = new TextDecoder("utf-8", { fatal: true, ignoreBOM: true });

/** Reads numbers and slices in order; every length is checked against what is left before anything is allocated. */
export class ByteReader {
  /** What is being read, for messages: `data.pkl`. */
  readonly what: string;
  readonly bytes: Uint8Array;
  /** Index of the next byte. */
  position: number;
  readonly #view: DataView;

  constructor(what: string, bytes: Uint8Array, position = 0) {
    this.what = what;
    this.bytes = bytes;
    this.position = position;
    this.#view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  }

  /** Bytes between the cursor and the end. */
  get remaining(): number {
    return this.bytes.length - this.position;
  }

  /** An error that names the place: `data.pkl, byte 12: ...`. */
  error(message: string, position = this.position): FormatError {
    return new FormatError(`${this.what}, byte ${position}: ${message}`);
  }

  /** Moves over `count` bytes and returns the index of the first. @throws FormatError when they are not there */
  skip(count: number): number {
    const start = this.position;
    if (count > this.remaining) {
      throw this.error(
        `expected ${count} more bytes, but only ${this.remaining} are left; the file is cut short`,
      );
    }
    this.position += count;
    return start;
  }

  /** The next `count` bytes, not copied. */
  take(count: number): Uint8Array {
    const start = this.skip(count);
    return this.bytes.subarray(start, start + count);
  }

  u8(): number {
    return this.bytes[this.skip(1)];
  }

  u16(): number {
    return this.#view.getUint16(this.skip(2), true);
  }

  u32(): number {
    return this.#view.getUint32(this.skip(4), true);
  }

  i32(): number {
    return this.#view.getInt32(this.skip(4), true);
  }

  /** An unsigned 64-bit count or offset. @throws FormatError when it is above 2^53 - 1, which no file here can reach */
  u64(): number {
    const start = this.skip(8);
    const value = this.#view.getBigUint64(start, true);
    if (value > BigInt(Number.MAX_SAFE_INTEGER)) throw this.error(`${value} is no possible size`, start);
    return Number(value);
  }

  /** A float64 with its most significant byte first, as pickle stores it. */
  f64BigEndian(): number {
    return this.#view.getFloat64(this.skip(8), false);
  }

  /** The next `count` bytes as UTF-8. @throws FormatError when they are not */
  text(count: number): string {
    const start = this.position;
    return decodeUtf8(this.take(count)) ?? this.#notText(start);
  }

  /** Text up to the next line feed, which is consumed; at most `limit` bytes. */
  line(limit: number): string {
    const start = this.position;
    const end = this.bytes.subarray(start, start + limit + 1).indexOf(0x0a);
    if (end < 0) throw this.error(`expected a line of at most ${limit} bytes`);
    const text = this.text(end);
    this.position++;
    return text;
  }

  #notText(start: number): never {
    throw this.error("expected UTF-8 text", start);
  }
}

/** Bytes as UTF-8 text, or null when they are not UTF-8. */
export function decodeUtf8(bytes: Uint8Array): string | null {
  try {
    return utf8.decode(bytes);
  } catch {
    return null;
  }
}

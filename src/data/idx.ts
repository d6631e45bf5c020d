/**
 * @module
 * The IDX format of the MNIST files: two zero bytes, a type byte, the number of dimensions, the sizes as big-endian
 * 32-bit integers, then the values (Y. LeCun, "The MNIST database of handwritten digits").
 */

import { FormatError } from "../errors.ts";
import { elementCount } from "../tensor/shape.ts";
import type { Shape } from "../tensor/shape.ts";

/** The type byte of unsigned bytes, the only type that MNIST uses. */
const UNSIGNED_BYTE = 0x08;

/** Bytes with a shape. */
export interface IdxArray {
  readonly shape: Shape;
  /** Row-major values; shares memory with what was parsed. */
  readonly values: Uint8Array;
}

/**
 * Reads an IDX file of unsigned bytes.
 * @param name for messages
 * @throws FormatError when it is something else, cut short, or too long
 */
export function parseIdx(bytes: Uint8Array, name: string): IdxArray {
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  if (
    bytes.length < 4 ||
    view.getUint16(0) !== 0 ||
    bytes[2] !== UNSIGNED_BYTE ||
    bytes[3] < 1 ||
    bytes[3] > 4
  ) {
    throw new FormatError(
      `${name}: not an IDX file of unsigned bytes (first bytes ${hex(bytes.subarray(0, 4))})`,
    );
  }
  const header = 4 + 4 * bytes[3];
  if (bytes.length < header) throw new FormatError(`${name}: the IDX header is cut short`);
  const shape = Array.from({ length: bytes[3] }, (_, d) => view.getUint32(4 + 4 * d));
  const expected = elementCount(shape);
  if (bytes.length - header !== expected) {
    throw new FormatError(
      `${name}: the IDX header promises ${expected} values (${shape.join(" x ")}), the file has ${bytes.length - header}`,
    );
  }
  return { shape, values: bytes.subarray(header) };
}

function hex(bytes: Uint8Array): string {
  return Array.from(bytes, (byte) => byte.toString(16).padStart(2, "0")).join(" ");
}

/**
 * @module
 * The element types that files hold, under PyTorch's names, and how their bytes become the arrays of a tensor.
 */

import type { DType, DTypeArrays } from "../tensor/dtype.ts";
import * as small from "./small-floats.ts";

/** An element type of a file. Those that a {@link Tensor} does not have are widened to float32. */
export interface ElementType {
  /** PyTorch's name without `torch.`: `bfloat16`. */
  readonly name: string;
  /** Bytes of one element in the file. */
  readonly bytes: number;
  /** The element type of the tensor that it is read into. */
  readonly dtype: DType;
  /** Turns bytes in this machine's order into an array, which may share them. */
  readonly convert: (buffer: ArrayBuffer) => DTypeArrays[DType];
}

const rows: readonly ElementType[] = [
  { name: "float32", bytes: 4, dtype: "float32", convert: (b) => new Float32Array(b) },
  { name: "float64", bytes: 8, dtype: "float64", convert: (b) => new Float64Array(b) },
  { name: "float16", bytes: 2, dtype: "float32", convert: (b) => small.widenFloat16(new Uint16Array(b)) },
  { name: "bfloat16", bytes: 2, dtype: "float32", convert: (b) => small.widenBFloat16(new Uint16Array(b)) },
  float8("float8_e4m3fn", small.widenFloat8E4M3FN),
  float8("float8_e5m2", small.widenFloat8E5M2),
  float8("float8_e4m3fnuz", small.widenFloat8E4M3FNUZ),
  float8("float8_e5m2fnuz", small.widenFloat8E5M2FNUZ),
  float8("float8_e8m0fnu", small.widenFloat8E8M0),
  { name: "int64", bytes: 8, dtype: "int64", convert: (b) => new BigInt64Array(b) },
  { name: "int32", bytes: 4, dtype: "int32", convert: (b) => new Int32Array(b) },
  { name: "int16", bytes: 2, dtype: "int16", convert: (b) => new Int16Array(b) },
  { name: "int8", bytes: 1, dtype: "int8", convert: (b) => new Int8Array(b) },
  { name: "uint64", bytes: 8, dtype: "uint64", convert: (b) => new BigUint64Array(b) },
  { name: "uint32", bytes: 4, dtype: "uint32", convert: (b) => new Uint32Array(b) },
  { name: "uint16", bytes: 2, dtype: "uint16", convert: (b) => new Uint16Array(b) },
  { name: "uint8", bytes: 1, dtype: "uint8", convert: (b) => new Uint8Array(b) },
  // PyTorch treats every byte but 0 as true; the tensor holds 0 or 1.
  { name: "bool", bytes: 1, dtype: "bool", convert: (b) => new Uint8Array(b).map((x) => (x === 0 ? 0 : 1)) },
];

function float8(name: string, widen: (source: Uint8Array) => Float32Array): ElementType {
  return { name, bytes: 1, dtype: "float32", convert: (b) => widen(new Uint8Array(b)) };
}

/** Every element type that is read, by PyTorch's name without `torch.`. */
export const elementTypes: ReadonlyMap<string, ElementType> = new Map(rows.map((row) => [row.name, row]));

const hostIsLittleEndian = new Uint8Array(Uint16Array.of(1).buffer)[0] === 1;

/**
 * The elements in `bytes` as the array of a tensor: a copy, except that bytes in a SharedArrayBuffer are used where they
 * lie, if their alignment and order allow it, so that several threads have one copy of the weights. Such tensors are not to
 * be written to.
 * @param bytes a whole number of elements
 */
export function decodeElements(
  type: ElementType,
  bytes: Uint8Array,
  littleEndian = true,
): DTypeArrays[DType] {
  const shared = littleEndian === hostIsLittleEndian ? sharedElements(type, bytes) : null;
  if (shared !== null) return shared;
  const copy = new Uint8Array(bytes);
  if (littleEndian !== hostIsLittleEndian) swapBytes(copy, type.bytes);
  return type.convert(copy.buffer);
}

function sharedElements(type: ElementType, bytes: Uint8Array): DTypeArrays[DType] | null {
  // Browsers know the class only on pages that are isolated from other origins.
  if (typeof SharedArrayBuffer === "undefined" || !(bytes.buffer instanceof SharedArrayBuffer)) return null;
  if (bytes.byteOffset % type.bytes !== 0) return null;
  const { buffer, byteOffset, byteLength } = bytes;
  switch (type.name) {
    case "float32":
      return new Float32Array(buffer, byteOffset, byteLength / 4);
    case "float64":
      return new Float64Array(buffer, byteOffset, byteLength / 8);
    default:
      return null;
  }
}

/** The elements of a tensor as little-endian bytes; may share them with the tensor. */
export function encodeElements(data: DTypeArrays[DType]): Uint8Array {
  const bytes = new Uint8Array(data.buffer, data.byteOffset, data.byteLength);
  if (hostIsLittleEndian) return bytes;
  const copy = new Uint8Array(bytes);
  swapBytes(copy, data.BYTES_PER_ELEMENT);
  return copy;
}

/** Reverses the bytes of every element in place. */
function swapBytes(bytes: Uint8Array, width: number): void {
  if (width === 1) return;
  for (let i = 0; i < bytes.length; i += width) bytes.subarray(i, i + width).reverse();
}

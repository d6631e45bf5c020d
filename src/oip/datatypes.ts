/**
 * @module
 * The datatypes of the Open Inference Protocol, and their tensors as raw little-endian bytes.
 */

import { widenBFloat16, widenFloat16 } from "../checkpoint/small-floats.ts";
import { FormatError, nearestName } from "../errors.ts";

/** What a tensor of each datatype is held in. FP16 and BF16 are widened when read; a BYTES element is any bytes. */
export interface DatatypeArrays {
  BOOL: Uint8Array;
  UINT8: Uint8Array;
  UINT16: Uint16Array;
  UINT32: Uint32Array;
  UINT64: BigUint64Array;
  INT8: Int8Array;
  INT16: Int16Array;
  INT32: Int32Array;
  INT64: BigInt64Array;
  FP16: Float32Array;
  BF16: Float32Array;
  FP32: Float32Array;
  FP64: Float64Array;
  BYTES: readonly Uint8Array[];
}

/** The name of a datatype. */
export type Datatype = keyof DatatypeArrays;

/** The datatypes whose elements are numbers of one width. */
export type NumericDatatype = Exclude<Datatype, "BYTES">;

/** Datatypes that can be written as they are held: all but the 16-bit floats, of which candil only reads. */
export type WritableDatatype = Exclude<NumericDatatype, "FP16" | "BF16">;

type WritableArray = DatatypeArrays[WritableDatatype];

const constructors: { readonly [D in WritableDatatype]: new (length: number) => DatatypeArrays[D] } = {
  BOOL: Uint8Array,
  UINT8: Uint8Array,
  UINT16: Uint16Array,
  UINT32: Uint32Array,
  UINT64: BigUint64Array,
  INT8: Int8Array,
  INT16: Int16Array,
  INT32: Int32Array,
  INT64: BigInt64Array,
  FP32: Float32Array,
  FP64: Float64Array,
};

/** The names of all datatypes. */
export const datatypes: readonly Datatype[] = [
  ...(Object.keys(constructors) as WritableDatatype[]),
  "FP16",
  "BF16",
  "BYTES",
];

/** A tensor as a message carries it: row-major, with a shape in which -1 was resolved. */
export type TensorOf<D extends Datatype> = D extends Datatype
  ? {
      readonly name: string;
      readonly datatype: D;
      readonly shape: readonly number[];
      readonly data: DatatypeArrays[D];
      readonly parameters?: Parameters;
    }
  : never;

/** A tensor of any datatype. */
export type InferTensor = TensorOf<Datatype>;

/** Options by name; the protocol allows no lists and no objects among them. */
export type Parameters = Readonly<Record<string, string | number | boolean>>;

/**
 * The datatype of that name.
 * @throws FormatError for any other value
 */
export function datatypeOf(value: unknown, where: string): Datatype {
  const found = datatypes.find((name) => name === value);
  if (found !== undefined) return found;
  const near = typeof value === "string" ? nearestName(value, datatypes) : null;
  throw new FormatError(
    `${where}: datatype must be one of ${datatypes.join(", ")}, got ${JSON.stringify(value) ?? "none"}` +
      (near === null ? "" : `; did you mean "${near}"?`),
  );
}

/** Bytes of one element of a numeric datatype. */
export function widthOf(datatype: NumericDatatype): number {
  if (datatype === "FP16" || datatype === "BF16") return 2;
  return new constructors[datatype](1).BYTES_PER_ELEMENT;
}

/** An array of zeros. */
export function newArray<D extends WritableDatatype>(datatype: D, length: number): DatatypeArrays[D] {
  return new constructors[datatype](length);
}

/**
 * A numeric tensor's elements from raw bytes.
 * @throws FormatError when the bytes are no whole number of elements, or a BOOL is neither 0 nor 1
 */
export function readRawNumbers<D extends NumericDatatype>(
  datatype: D,
  bytes: Uint8Array,
  where: string,
): DatatypeArrays[D] {
  const width = widthOf(datatype);
  if (bytes.length % width !== 0) {
    throw new FormatError(
      `${where}: ${bytes.length} bytes are no whole number of ${datatype} elements of ${width} bytes`,
    );
  }
  if (datatype === "BOOL" && bytes.some((byte) => byte > 1)) {
    throw new FormatError(`${where}: a BOOL must be the byte 0 or 1`);
  }
  // A copy of its own memory, which slice() of Node's Buffer is not.
  return widened(datatype, hostOrder(new Uint8Array(bytes), width)) as DatatypeArrays[D];
}

function widened(datatype: NumericDatatype, bytes: Uint8Array): DatatypeArrays[NumericDatatype] {
  if (datatype === "FP16") return widenFloat16(new Uint16Array(bytes.buffer));
  if (datatype === "BF16") return widenBFloat16(new Uint16Array(bytes.buffer));
  const array: WritableArray = newArray(datatype, bytes.length / widthOf(datatype));
  new Uint8Array(array.buffer).set(bytes);
  return array;
}

/** A numeric tensor's elements as raw bytes. */
export function writeRawNumbers(data: WritableArray): Uint8Array {
  const bytes = new Uint8Array(data.buffer, data.byteOffset, data.byteLength);
  return LITTLE_ENDIAN ? bytes : hostOrder(bytes.slice(), data.BYTES_PER_ELEMENT);
}

const LITTLE_ENDIAN = new Uint8Array(new Uint16Array([1]).buffer)[0] === 1;

/** Little-endian elements in the order of this machine, and back; in place. */
function hostOrder(bytes: Uint8Array<ArrayBuffer>, width: number): Uint8Array<ArrayBuffer> {
  if (LITTLE_ENDIAN || width === 1) return bytes;
  for (let i = 0; i < bytes.length; i += width) bytes.subarray(i, i + width).reverse();
  return bytes;
}

/**
 * The elements of a BYTES tensor from raw bytes: each a length as uint32, then that many bytes.
 * @throws FormatError when a length points beyond the end
 */
export function readRawStrings(bytes: Uint8Array, where: string): Uint8Array[] {
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  const strings: Uint8Array[] = [];
  for (let at = 0; at < bytes.length;) {
    const length = at + 4 <= bytes.length ? view.getUint32(at, true) : Infinity;
    if (length > bytes.length - at - 4) {
      throw new FormatError(
        `${where}: element ${strings.length} of the BYTES tensor is cut off; each one is its length as uint32, ` +
          `little-endian, and that many bytes`,
      );
    }
    strings.push(bytes.subarray(at + 4, at + 4 + length));
    at += 4 + length;
  }
  return strings;
}

/** The elements of a BYTES tensor as raw bytes. */
export function writeRawStrings(strings: readonly Uint8Array[]): Uint8Array {
  const bytes = new Uint8Array(strings.reduce((size, { length }) => size + 4 + length, 0));
  const view = new DataView(bytes.buffer);
  let at = 0;
  for (const string of strings) {
    view.setUint32(at, string.length, true);
    bytes.set(string, at + 4);
    at += 4 + string.length;
  }
  return bytes;
}

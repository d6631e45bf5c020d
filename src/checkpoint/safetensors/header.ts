/**
 * @module
 * The header of a `.safetensors` file: JSON that says where each tensor is.
 */

import { FormatError } from "../../errors.ts";
import { elementCount } from "../../tensor/shape.ts";
import { elementTypes } from "../element-types.ts";
import type { ElementType } from "../element-types.ts";
import { isJsonObject, parseJson } from "../json/parse-json.ts";
import type { Json } from "../json/parse-json.ts";
import { MAX_RANK, MAX_SAFETENSORS_HEADER, MAX_TENSORS } from "../limits.ts";

/** Where the values of one tensor are, in bytes after the header. */
export interface SafetensorsEntry {
  /** The file's name for the element type, `BF16`; a type that is not read has no {@link ElementType}. */
  readonly code: string;
  readonly type: ElementType | null;
  readonly shape: readonly number[];
  readonly begin: number;
  readonly end: number;
}

/** A checked header. */
export interface SafetensorsHeader {
  readonly entries: ReadonlyMap<string, SafetensorsEntry>;
  /** Free text beside the tensors; `{"format": "pt"}` from most tools. */
  readonly metadata: ReadonlyMap<string, string>;
  /** Where the values begin in the file. */
  readonly dataStart: number;
}

/**
 * Element types by the file's names, in the order in which the format sorts them, widest alignment last, with bits per
 * element; null for those that are not read.
 */
export const codes: readonly (readonly [code: string, name: string | null, bits: number])[] = [
  ["BOOL", "bool", 8],
  ["F4", null, 4],
  ["F6_E2M3", null, 6],
  ["F6_E3M2", null, 6],
  ["U8", "uint8", 8],
  ["I8", "int8", 8],
  ["F8_E5M2", "float8_e5m2", 8],
  ["F8_E4M3", "float8_e4m3fn", 8],
  ["F8_E8M0", "float8_e8m0fnu", 8],
  ["F8_E4M3FNUZ", "float8_e4m3fnuz", 8],
  ["F8_E5M2FNUZ", "float8_e5m2fnuz", 8],
  ["I16", "int16", 16],
  ["U16", "uint16", 16],
  ["F16", "float16", 16],
  ["BF16", "bfloat16", 16],
  ["I32", "int32", 32],
  ["U32", "uint32", 32],
  ["F32", "float32", 32],
  ["C64", null, 64],
  ["F64", "float64", 64],
  ["I64", "int64", 64],
  ["U64", "uint64", 64],
];

const METADATA = "__metadata__";
const LENGTH_BYTES = 8;

/**
 * Reads and checks the header. The tensors must cover what follows it exactly: no gap, no overlap, nothing left over.
 * @throws FormatError
 */
export function readHeader(bytes: Uint8Array): SafetensorsHeader {
  if (bytes.length < LENGTH_BYTES)
    throw new FormatError(`.safetensors: has ${bytes.length} bytes, expected at least 8`);
  const length = new DataView(bytes.buffer, bytes.byteOffset).getBigUint64(0, true);
  if (length > BigInt(Math.min(MAX_SAFETENSORS_HEADER, bytes.length - LENGTH_BYTES))) {
    throw new FormatError(
      `.safetensors: announces a header of ${length} bytes, but the file has ${bytes.length} and headers at most ` +
        `${MAX_SAFETENSORS_HEADER}; it is cut short or of another kind`,
    );
  }
  const dataStart = LENGTH_BYTES + Number(length);
  const text = bytes.subarray(LENGTH_BYTES, dataStart);
  if (text[0] !== 0x7b) throw new FormatError(".safetensors: expected a header that begins with {");
  const json = parseJson(".safetensors header", text, 3 * MAX_TENSORS + 2);
  if (!isJsonObject(json)) throw new FormatError(".safetensors: expected a header that is an object");
  const entries = new Map<string, SafetensorsEntry>();
  let metadata: ReadonlyMap<string, string> = new Map();
  for (const [name, value] of Object.entries(json)) {
    if (name === METADATA) metadata = readMetadata(value);
    else entries.set(name, readEntry(name, value));
  }
  checkCoverage(entries, bytes.length - dataStart);
  return { entries, metadata, dataStart };
}

function readMetadata(value: Json): Map<string, string> {
  if (!isJsonObject(value)) throw new FormatError(`.safetensors: expected an object as ${METADATA}`);
  return new Map(
    Object.entries(value).map(([key, text]) => {
      if (typeof text !== "string")
        throw new FormatError(`.safetensors: ${METADATA} ${JSON.stringify(key)} is no string`);
      return [key, text];
    }),
  );
}

function readEntry(name: string, value: Json): SafetensorsEntry {
  const where = `.safetensors: tensor ${JSON.stringify(name)}`;
  if (!isJsonObject(value) || Object.keys(value).length !== 3) {
    throw new FormatError(`${where}: expected {"dtype", "shape", "data_offsets"} and nothing else`);
  }
  const row = codes.find(([code]) => code === value.dtype);
  if (row === undefined) throw new FormatError(`${where}: there is no dtype ${JSON.stringify(value.dtype)}`);
  const [code, typeName, bits] = row;
  const shape = counts(`${where}: shape`, value.shape);
  const offsets = counts(`${where}: data_offsets`, value.data_offsets);
  const [begin, end] = offsets;
  const size = (elementCount(shape) * bits) / 8;
  if (
    shape.length > MAX_RANK ||
    offsets.length !== 2 ||
    !Number.isSafeInteger(size) ||
    end - begin !== size
  ) {
    throw new FormatError(
      `${where}: ${code} of shape [${shape.join(", ")}] takes ${size} bytes, but its offsets are [${offsets.join(", ")}]`,
    );
  }
  return { code, type: typeName === null ? null : (elementTypes.get(typeName) ?? null), shape, begin, end };
}

function counts(what: string, value: Json): number[] {
  const isCount = (item: Json) => typeof item === "number" && Number.isSafeInteger(item) && item >= 0;
  if (Array.isArray(value) && value.every(isCount)) return value.map(Number);
  throw new FormatError(`${what}: expected a list of integers from 0 to 2^53 - 1`);
}

function checkCoverage(entries: ReadonlyMap<string, SafetensorsEntry>, available: number): void {
  let position = 0;
  for (const [name, { begin, end }] of [...entries].sort(
    ([, a], [, b]) => a.begin - b.begin || a.end - b.end,
  )) {
    if (begin !== position) {
      throw new FormatError(
        `.safetensors: tensor ${JSON.stringify(name)} starts at ${begin}, expected ${position}`,
      );
    }
    position = end;
  }
  if (position !== available) {
    throw new FormatError(
      `.safetensors: the tensors take ${position} bytes, but the file has ${available} for them`,
    );
  }
}

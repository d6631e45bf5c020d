/**
 * @module
 * Reads state dicts from JSON.
 */

import { FormatError } from "../../errors.ts";
import { allocate, dtypes, itemSize } from "../../tensor/dtype.ts";
import type { DType, DTypeArrays } from "../../tensor/dtype.ts";
import { elementCount } from "../../tensor/shape.ts";
import { Tensor } from "../../tensor/tensor.ts";
import { decodeElements, elementTypes } from "../element-types.ts";
import { MAX_RANK, MAX_TENSORS } from "../limits.ts";
import type { StateDict } from "../value.ts";
import { BIN_ALIGNMENT, JSON_FORMAT, JSON_VERSION } from "./json-state-dict.ts";
import { isJsonObject, parseJson } from "./parse-json.ts";
import type { Json } from "./parse-json.ts";

/** One tensor of the file: its type, and its values or where they are. */
export interface JsonEntry {
  readonly dtype: DType;
  readonly shape: readonly number[];
  /** Values in row-major order, or null when they are in the `.bin`. */
  readonly data: readonly Json[] | null;
  /** Byte offset into the `.bin`; 0 when the values are inline. */
  readonly offset: number;
}

/**
 * Reads a `.json` state dict in the layout of `json-state-dict.ts`.
 * @param bin the content of the `.bin` beside it, where there is one
 * @throws FormatError when the text is another kind of JSON, contradicts itself, or needs a `.bin` that was not given
 *
 * @example
 * const weights = readJson(await readFile("mnist.json"));
 */
export function readJson(source: Uint8Array | string, bin: Uint8Array | null = null): StateDict {
  const entries = readJsonEntries(source);
  const reader = new BinReader(bin, entries);
  const stateDict: StateDict = new Map();
  for (const [name, entry] of entries) {
    const data = entry.data === null ? reader.read(entry) : inline(name, entry.dtype, entry.data);
    stateDict.set(name, new Tensor<DType>(data, entry.shape, entry.dtype));
  }
  return stateDict;
}

/** The tensors of the file by name, checked but for their values. @throws FormatError */
export function readJsonEntries(source: Uint8Array | string): Map<string, JsonEntry> {
  const root = parseJson(".json", source, 3 * MAX_TENSORS + 2);
  if (!isJsonObject(root) || root.format !== JSON_FORMAT || !isJsonObject(root.tensors)) {
    throw new FormatError(`.json: expected {"format": "${JSON_FORMAT}", "version": 1, "tensors": {...}}`);
  }
  if (root.version !== JSON_VERSION) {
    throw new FormatError(`.json: expected version ${JSON_VERSION}, got ${JSON.stringify(root.version)}`);
  }
  return new Map(Object.entries(root.tensors).map(([name, entry]) => [name, checkEntry(name, entry)]));
}

function checkEntry(name: string, entry: Json): JsonEntry {
  const where = `.json: tensor ${JSON.stringify(name)}`;
  if (!isJsonObject(entry))
    throw new FormatError(`${where}: expected {"dtype", "shape", "data" or "offset"}`);
  const dtype = dtypes.find((known) => known === entry.dtype);
  if (dtype === undefined) {
    throw new FormatError(
      `${where}: expected a dtype of ${dtypes.join(", ")}, got ${JSON.stringify(entry.dtype)}`,
    );
  }
  const shape = Array.isArray(entry.shape) ? entry.shape.filter(isCount) : [];
  const count = elementCount(shape);
  if (
    !Array.isArray(entry.shape) ||
    shape.length !== entry.shape.length ||
    shape.length > MAX_RANK ||
    !isCount(count)
  ) {
    throw new FormatError(`${where}: expected a shape of integers >= 0, got ${short(entry.shape)}`);
  }
  const { data, offset } = entry;
  if (Array.isArray(data) && data.length === count && offset === undefined)
    return { dtype, shape, data, offset: 0 };
  if (data === undefined && isCount(offset)) return { dtype, shape, data: null, offset };
  throw new FormatError(
    `${where}: shape [${shape.join(", ")}] needs ${count} values in a flat "data", or an "offset" into the .bin, got ` +
      `${Array.isArray(data) ? `${data.length} values` : short(data)} and ${short(offset)}`,
  );
}

function inline(name: string, dtype: DType, values: readonly Json[]): DTypeArrays[DType] {
  const data = allocate(dtype, values.length);
  for (let i = 0; i < data.length; i++) {
    if (!put(data, i, values[i]) || (dtype === "bool" && data[i] > 1)) {
      throw new FormatError(
        `.json: tensor ${JSON.stringify(name)}: value ${i}, ${short(values[i])}, is no ${dtype}`,
      );
    }
  }
  return data;
}

/** Stores a value and tells whether it was one that the array can hold. */
function put(data: DTypeArrays[DType], i: number, value: Json): boolean {
  if (data instanceof BigInt64Array || data instanceof BigUint64Array) {
    const isInteger = typeof value === "string" ? /^-?\d{1,20}$/.test(value) : Number.isSafeInteger(value);
    if (!isInteger || (typeof value !== "string" && typeof value !== "number")) return false;
    data[i] = BigInt(value);
    return data[i] === BigInt(value);
  }
  const number = typeof value === "string" ? nonFinite.get(value) : value;
  if (typeof number !== "number") return false;
  data[i] = number;
  // An array of integers wraps around silently, so what does not fit shows by being something else now.
  if (!(data instanceof Float32Array || data instanceof Float64Array)) return data[i] === number;
  return Number.isFinite(data[i]) === Number.isFinite(number);
}

const nonFinite: ReadonlyMap<string, number> = new Map([
  ["NaN", NaN],
  ["Infinity", Infinity],
  ["-Infinity", -Infinity],
]);

/** The values in the `.bin`. Tensors may share all of their bytes, which ties them, or none. */
class BinReader {
  readonly #bin: Uint8Array | null;
  readonly #shared = new Map<number, DTypeArrays[DType]>();

  /** @throws FormatError when entries lie outside the `.bin` or overlap */
  constructor(bin: Uint8Array | null, entries: ReadonlyMap<string, JsonEntry>) {
    this.#bin = bin;
    const inBin = [...entries].filter(([, entry]) => entry.data === null);
    inBin.sort(([, a], [, b]) => a.offset - b.offset || byteLength(a) - byteLength(b));
    let last = { dtype: "", offset: 0, end: 0 };
    for (const [name, { dtype, offset, ...entry }] of inBin) {
      const end = offset + byteLength({ dtype, ...entry });
      this.#check(name, offset, end);
      const tied = dtype === last.dtype && offset === last.offset && end === last.end;
      if (offset < last.end && !tied) {
        throw new FormatError(`.json: tensor ${JSON.stringify(name)} overlaps another in the .bin`);
      }
      last = { dtype, offset, end };
    }
  }

  read({ dtype, shape, offset }: JsonEntry): DTypeArrays[DType] {
    const size = byteLength({ dtype, shape });
    const type = elementTypes.get(dtype);
    if (size === 0 || type === undefined || this.#bin === null) return allocate(dtype, 0);
    const data = this.#shared.get(offset) ?? decodeElements(type, this.#bin.subarray(offset, offset + size));
    this.#shared.set(offset, data);
    return data;
  }

  #check(name: string, offset: number, end: number): void {
    const where = `.json: tensor ${JSON.stringify(name)}`;
    if (this.#bin === null)
      throw new FormatError(`${where}: its values are in the .bin beside the .json; pass that too`);
    if (offset % BIN_ALIGNMENT !== 0 || end > this.#bin.length) {
      throw new FormatError(
        `${where}: expected ${end - offset} bytes at a multiple of ${BIN_ALIGNMENT} in the .bin of ` +
          `${this.#bin.length} bytes, got offset ${offset}`,
      );
    }
  }
}

function byteLength(entry: Pick<JsonEntry, "dtype" | "shape">): number {
  return elementCount(entry.shape) * itemSize(entry.dtype);
}

function isCount(value: Json | undefined): value is number {
  return typeof value === "number" && Number.isSafeInteger(value) && value >= 0;
}

function short(value: Json | undefined): string {
  return value === undefined ? "nothing" : JSON.stringify(value).slice(0, 80);
}

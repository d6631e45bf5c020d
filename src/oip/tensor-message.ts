/**
 * @module
 * One tensor of a message, in JSON or with its data in the raw part behind the JSON (binary tensor data extension).
 */

import { FormatError } from "../errors.ts";
import { datatypeOf, readRawNumbers, readRawStrings, writeRawNumbers, writeRawStrings } from "./datatypes.ts";
import type { Datatype, DatatypeArrays, InferTensor, Parameters } from "./datatypes.ts";
import { readJsonData, writeJsonData } from "./json-data.ts";
import { resolveShape, shapeOf } from "./shape.ts";

/** An object of JSON. */
export type JsonObject = Readonly<Record<string, unknown>>;

/** Hands out the raw part of a body, from front to back. */
export interface RawPart {
  /** The next `size` bytes. @throws FormatError when there are fewer */
  take(size: number, where: string): Uint8Array;
  /** Bytes that nobody took. */
  left(): number;
}

/** A {@link RawPart} over `bytes`. */
export function rawPart(bytes: Uint8Array): RawPart {
  let at = 0;
  return {
    take(size, where) {
      if (size > bytes.length - at) {
        throw new FormatError(
          `${where}: binary_data_size is ${size}, but ${bytes.length - at} bytes are left behind the JSON`,
        );
      }
      at += size;
      return bytes.subarray(at - size, at);
    },
    left: () => bytes.length - at,
  };
}

/**
 * Reads a tensor.
 * @param where is its name for messages, `inputs[0]`
 * @throws FormatError naming what is missing or does not fit
 */
export function readTensor(value: unknown, raw: RawPart, where: string): InferTensor {
  if (!isObject(value))
    throw new FormatError(`${where} must be an object with name, shape, datatype and data`);
  const { name } = value;
  if (typeof name !== "string") throw new FormatError(`${where}: name must be a string`);
  const datatype = datatypeOf(value["datatype"], where);
  const shape = shapeOf(value["shape"], where);
  const parameters = readParameters(value["parameters"], where);
  const data = readData(datatype, value["data"], parameters, raw, where);
  return tensorOf(name, datatype, resolveShape(shape, data.length, where), data, parameters);
}

function readData(
  datatype: Datatype,
  data: unknown,
  parameters: Parameters,
  raw: RawPart,
  where: string,
): DatatypeArrays[Datatype] {
  const size = parameters["binary_data_size"];
  if (size === undefined) return readJsonData(datatype, data, where);
  if (data !== undefined) throw new FormatError(`${where}: data and binary_data_size exclude each other`);
  if (typeof size !== "number" || !Number.isSafeInteger(size) || size < 0) {
    throw new FormatError(
      `${where}: binary_data_size must be a whole number of bytes, got ${JSON.stringify(size)}`,
    );
  }
  return readRaw(datatype, raw.take(size, where), where);
}

/**
 * The elements of a tensor from its raw bytes.
 * @throws FormatError when they do not fit the datatype
 */
export function readRaw(datatype: Datatype, bytes: Uint8Array, where: string): DatatypeArrays[Datatype] {
  return datatype === "BYTES" ? readRawStrings(bytes, where) : readRawNumbers(datatype, bytes, where);
}

/**
 * Joins what belongs together: `data` must be of `datatype`, which only the reader of both can know.
 */
export function tensorOf(
  name: string,
  datatype: Datatype,
  shape: readonly number[],
  data: DatatypeArrays[Datatype],
  parameters: Parameters = {},
): InferTensor {
  return { name, datatype, shape, data, parameters } as InferTensor;
}

/** The raw bytes of a tensor. @throws FormatError for FP16 and BF16, which candil only reads */
export function writeRaw(tensor: InferTensor): Uint8Array {
  if (tensor.datatype === "BYTES") return writeRawStrings(tensor.data);
  if (tensor.datatype === "FP16" || tensor.datatype === "BF16") {
    throw new FormatError(`${tensor.name}: candil does not write ${tensor.datatype}; use FP32`);
  }
  return writeRawNumbers(tensor.data);
}

/** Parameters that a tensor carries over to its written form: all but the size of raw data, which belongs to the form. */
function kept(parameters: Parameters = {}): Parameters {
  return Object.fromEntries(Object.entries(parameters).filter(([name]) => name !== "binary_data_size"));
}

/** A tensor in JSON, in TorchServe's order of keys: name, datatype, data, shape. */
export function tensorToJson(tensor: InferTensor): JsonObject {
  const { name, datatype, shape } = tensor;
  const parameters = kept(tensor.parameters);
  return {
    name,
    datatype,
    ...(Object.keys(parameters).length === 0 ? {} : { parameters }),
    data: writeJsonData(tensor),
    shape,
  };
}

/** A tensor whose data is in the raw part, as the JSON that stands for it and the bytes. */
export function tensorToBinary(tensor: InferTensor): { readonly json: JsonObject; readonly raw: Uint8Array } {
  const { name, datatype, shape } = tensor;
  const raw = writeRaw(tensor);
  const parameters = { ...kept(tensor.parameters), binary_data_size: raw.length };
  return { json: { name, datatype, shape, parameters }, raw };
}

/**
 * Parameters of a message; absent and null are none.
 * @throws FormatError when a value is neither text, number nor boolean
 */
export function readParameters(value: unknown, where: string): Parameters {
  if (value === undefined || value === null) return {};
  if (!isObject(value)) throw new FormatError(`${where}: parameters must be an object`);
  for (const [name, parameter] of Object.entries(value)) {
    if (!["string", "number", "boolean"].includes(typeof parameter)) {
      throw new FormatError(
        `${where}: parameter "${name.slice(0, 40)}" must be a string, a number or a boolean, as the protocol says`,
      );
    }
  }
  return value as Parameters;
}

/** Whether a value is an object with keys. */
export function isObject(value: unknown): value is JsonObject {
  return typeof value === "object" && value !== null && !Array.isArray(value);
}

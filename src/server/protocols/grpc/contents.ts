/**
 * @module
 * Tensors and parameters of gRPC messages as those of `src/oip`, and back.
 */

import { FormatError } from "../../../errors.ts";
import {
  datatypeOf,
  newArray,
  readRaw,
  resolveShape,
  shapeOf,
  tensorOf,
  writeRaw,
} from "../../../oip/index.ts";
import type { Datatype, DatatypeArrays, InferTensor, Parameters } from "../../../oip/index.ts";
import type {
  InferInputTensor,
  InferOutputTensor,
  InferParameter,
  InferTensorContents,
} from "./inference-messages.ts";
import type { MessageType, Value } from "./message.ts";

/** The value of a kind of message, some fields of which may be absent. */
type Sent<M> = M extends MessageType<infer F> ? Partial<Value<F>> : never;

type Contents = Sent<typeof InferTensorContents>;
type ContentsField = keyof Contents;

/** The list that holds a datatype's elements; null for those that exist only raw. */
const fields: Readonly<Record<Datatype, ContentsField | null>> = {
  BOOL: "bool_contents",
  INT8: "int_contents",
  INT16: "int_contents",
  INT32: "int_contents",
  INT64: "int64_contents",
  UINT8: "uint_contents",
  UINT16: "uint_contents",
  UINT32: "uint_contents",
  UINT64: "uint64_contents",
  FP32: "fp32_contents",
  FP64: "fp64_contents",
  FP16: null,
  BF16: null,
  BYTES: "bytes_contents",
};

/**
 * Reads an input.
 * @param raw its raw bytes; undefined when the elements are in `contents`
 * @throws FormatError naming what is missing or does not fit
 */
export function readInput(
  input: Sent<typeof InferInputTensor>,
  raw: Uint8Array | undefined,
  where: string,
): InferTensor {
  const datatype = datatypeOf(input.datatype, where);
  const shape = shapeOf((input.shape ?? []).map(Number), where);
  const contents = input.contents ?? {};
  const filled = Object.values(contents).some((list) => list.length > 0);
  if (raw !== undefined && filled)
    throw new FormatError(`${where}: contents and raw_input_contents exclude each other`);
  const data = raw === undefined ? readContents(datatype, contents, where) : readRaw(datatype, raw, where);
  const parameters = readGrpcParameters(input.parameters);
  return tensorOf(input.name ?? "", datatype, resolveShape(shape, data.length, where), data, parameters);
}

function readContents(datatype: Datatype, contents: Contents, where: string): DatatypeArrays[Datatype] {
  const field = fields[datatype];
  if (field === null || datatype === "FP16" || datatype === "BF16") {
    throw new FormatError(`${where}: ${datatype} has no list in contents; send it in raw_input_contents`);
  }
  if (datatype === "BYTES") return contents.bytes_contents ?? [];
  const list = contents[field] ?? [];
  const data = newArray(datatype, list.length);
  for (let i = 0; i < list.length; i++) {
    const element = list[i];
    if (data instanceof BigInt64Array || data instanceof BigUint64Array)
      data[i] = typeof element === "bigint" ? element : BigInt(Number(element));
    else data[i] = Number(element);
    if (datatype !== "FP32" && Number(data[i]) !== Number(element)) {
      throw new FormatError(`${where}: element ${i} is ${String(element)}, which ${datatype} does not hold`);
    }
  }
  return data;
}

/** An output, with its elements in `contents` or, when `raw`, beside it. */
export function writeOutput(
  tensor: InferTensor,
  raw: boolean,
): { readonly output: Sent<typeof InferOutputTensor>; readonly raw: Uint8Array | null } {
  const { name, datatype, shape } = tensor;
  const output = { name, datatype, shape: shape.map(BigInt) };
  if (raw) return { output, raw: writeRaw(tensor) };
  return { output: { ...output, contents: writeContents(tensor) }, raw: null };
}

function writeContents(tensor: InferTensor): Contents {
  switch (tensor.datatype) {
    case "INT64":
      return { int64_contents: Array.from(tensor.data) };
    case "FP32":
      return { fp32_contents: Array.from(tensor.data) };
    case "FP64":
      return { fp64_contents: Array.from(tensor.data) };
    case "BOOL":
      return { bool_contents: Array.from(tensor.data, (byte) => byte !== 0) };
    case "BYTES":
      return { bytes_contents: tensor.data };
    case "UINT8":
    case "UINT16":
    case "UINT32":
    case "UINT64":
    case "INT8":
    case "INT16":
    case "INT32":
    case "FP16":
    case "BF16":
      throw new FormatError(`${tensor.name}: no output of candil is of ${tensor.datatype}`);
  }
}

/**
 * Parameters as plain values. 64-bit integers become numbers: none of candil's options goes beyond 2^53.
 */
export function readGrpcParameters(
  parameters: ReadonlyMap<string, Sent<typeof InferParameter>> | undefined,
): Parameters {
  const entries: [string, string | number | boolean][] = [];
  for (const [name, value] of parameters ?? []) {
    const { bool_param, int64_param, string_param, double_param, uint64_param } = value;
    const integer = int64_param ?? uint64_param;
    const plain =
      bool_param ?? string_param ?? double_param ?? (integer === undefined ? undefined : Number(integer));
    if (plain !== undefined) entries.push([name, plain]);
  }
  return Object.fromEntries(entries);
}

/**
 * @module
 * Tensors to send, and tensors found in an answer.
 */

import { CandilError, formatShape, nearestName, ShapeError } from "../errors.ts";
import type { Datatype, InferResponse, InferTensor, Parameters, TensorOf } from "../oip/index.ts";
import { toBase64 } from "./base64.ts";

/** What a tensor may have beside its values. */
export interface TensorInit {
  /** `input-0` unless said. candil takes any name, and answers under it. */
  readonly name?: string;
  /** Options of this tensor: `{ target: 3 }` for its explanation. */
  readonly parameters?: Parameters;
}

/**
 * Pictures as one tensor: the bytes of PNG or JPEG files, which the server decodes and normalises.
 *
 * @example
 * await client.v2.infer("mnist", [pictures([png])]);
 */
export function pictures(
  files: readonly Uint8Array[],
  { name = "input-0", parameters = {} }: TensorInit = {},
): TensorOf<"BYTES"> {
  return { name, datatype: "BYTES", shape: [files.length], data: files, parameters };
}

/**
 * float32 values as a tensor: [C, H, W] or [N, C, H, W], which go to the model as they are.
 * @throws ShapeError when the values do not fill the shape
 */
export function float32(
  data: Float32Array,
  shape: readonly number[],
  { name = "input-0", parameters = {} }: TensorInit = {},
): TensorOf<"FP32"> {
  const size = shape.reduce((product, axis) => product * axis, 1);
  if (size === data.length) return { name, datatype: "FP32", shape, data, parameters };
  throw new ShapeError(
    `${data.length} values do not fill the shape ${formatShape(shape)}, which takes ${size}`,
  );
}

/**
 * The output of that name and datatype in an answer.
 * @throws CandilError saying which outputs there are
 *
 * @example
 * const { data } = output(await v2.infer("mnist", inputs, { outputs: ["scores"] }), "scores", "FP32"); // Float32Array
 */
export function output<D extends Datatype>(
  { outputs }: Pick<InferResponse, "outputs">,
  name: string,
  datatype: D,
): TensorOf<D> {
  const found = outputs.find((tensor) => tensor.name === name);
  if (found !== undefined && isOf(found, datatype)) return found;
  const listed = outputs.map((tensor) => `${tensor.name} (${tensor.datatype})`).join(", ") || "none";
  const near =
    found === undefined
      ? nearestName(
          name,
          outputs.map((tensor) => tensor.name),
        )
      : null;
  throw new CandilError(
    `the answer has no output "${name}" of ${datatype}; it has ${listed}` +
      (near === null ? "" : `; did you mean "${near}"?`),
  );
}

function isOf<D extends Datatype>(tensor: InferTensor, datatype: D): tensor is TensorOf<D> {
  return tensor.datatype === datatype;
}

/**
 * A tensor that JSON can carry: bytes that are no text go in base64, as TorchServe's clients send pictures.
 */
export function forJson(tensor: InferTensor): InferTensor {
  if (tensor.datatype !== "BYTES" || tensor.data.every(isText)) return tensor;
  return { ...tensor, data: tensor.data.map((bytes) => new TextEncoder().encode(toBase64(bytes))) };
}

function isText(bytes: Uint8Array): boolean {
  try {
    new TextDecoder("utf-8", { fatal: true }).decode(bytes);
    return true;
  } catch {
    return false;
  }
}

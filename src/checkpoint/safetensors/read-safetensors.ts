/**
 * @module
 * Reads `.safetensors` files.
 */

import { FormatError } from "../../errors.ts";
import type { DType } from "../../tensor/dtype.ts";
import { Tensor } from "../../tensor/tensor.ts";
import { decodeElements } from "../element-types.ts";
import type { StateDict } from "../value.ts";
import { readHeader } from "./header.ts";

/** What a `.safetensors` file held. */
export interface SafetensorsContent {
  readonly tensors: StateDict;
  readonly metadata: ReadonlyMap<string, string>;
  /** How many tensors there are of each element type that was widened to float32. */
  readonly widened: ReadonlyMap<string, number>;
}

/**
 * Reads a `.safetensors` file; the twin of `safetensors.torch.load`. float16, bfloat16 and float8 are widened to float32.
 * The tensors come in the order of the header.
 * @throws FormatError when the header breaks a rule of the format, or an element type is not read (complex, F4, F6)
 *
 * @example
 * const { tensors } = readSafetensors(bytes);
 */
export function readSafetensors(bytes: Uint8Array): SafetensorsContent {
  const { entries, metadata, dataStart } = readHeader(bytes);
  const tensors: StateDict = new Map();
  const widened = new Map<string, number>();
  for (const [name, { code, type, shape, begin, end }] of entries) {
    if (type === null) throw new FormatError(unreadable(name, code));
    const data = decodeElements(type, bytes.subarray(dataStart + begin, dataStart + end));
    tensors.set(name, new Tensor<DType>(data, shape, type.dtype));
    if (type.name !== type.dtype) widened.set(type.name, (widened.get(type.name) ?? 0) + 1);
  }
  return { tensors, metadata, widened };
}

/** The message for a tensor of an element type that is not read. */
export function unreadable(name: string, code: string): string {
  const advice = code === "C64" ? "save torch.view_as_real(x)" : "save x.float()";
  return `.safetensors: tensor ${JSON.stringify(name)} is of ${code}, which is not read. In Python: ${advice}`;
}

/**
 * @module
 * Writes `.safetensors` files.
 */

import { ArgumentError } from "../../errors.ts";
import type { DType } from "../../tensor/dtype.ts";
import type { AnyTensor } from "../../tensor/tensor.ts";
import { encodeElements } from "../element-types.ts";
import { codes } from "./header.ts";

const HEADER_ALIGNMENT = 8;

/**
 * Writes a state dict as `.safetensors`: tensors sorted by element type, wide ones first, then by name, as the format's
 * own library does. Tied tensors are written once each, since the format cannot tie them.
 * @param metadata free text beside the tensors; `{ format: "pt" }` unless said, which some readers ask for
 * @throws ArgumentError for a tensor named `__metadata__`
 *
 * @example
 * await writeFile("mnist.safetensors", writeSafetensors(model.stateDict()));
 */
export function writeSafetensors(
  stateDict: ReadonlyMap<string, AnyTensor>,
  metadata: Readonly<Record<string, string>> = { format: "pt" },
): Uint8Array {
  if (stateDict.has("__metadata__"))
    throw new ArgumentError('writeSafetensors: no tensor can be named "__metadata__"');
  const sorted = [...stateDict].sort(
    ([a, x], [b, y]) => rank(y.dtype) - rank(x.dtype) || (a < b ? -1 : a > b ? 1 : 0),
  );
  let position = 0;
  const rows = sorted.map(([name, { dtype, shape, data }]) => {
    const begin = position;
    position += data.byteLength;
    return `${JSON.stringify(name)}:${JSON.stringify({ dtype: codes[rank(dtype)][0], shape, data_offsets: [begin, position] })}`;
  });
  if (Object.keys(metadata).length > 0) rows.unshift(`"__metadata__":${JSON.stringify(metadata)}`);
  return join(
    `{${rows.join(",")}}`,
    sorted.map(([, tensor]) => tensor),
    position,
  );
}

/** The format's own order of element types: an index into {@link codes}. */
function rank(dtype: DType): number {
  return codes.findIndex(([, name]) => name === dtype);
}

/** The header is padded with spaces, so that the values after it are aligned. */
function join(json: string, tensors: readonly AnyTensor[], dataBytes: number): Uint8Array {
  const text = new TextEncoder().encode(json);
  const length = Math.ceil(text.length / HEADER_ALIGNMENT) * HEADER_ALIGNMENT;
  const file = new Uint8Array(8 + length + dataBytes).fill(0x20, 8, 8 + length);
  new DataView(file.buffer).setBigUint64(0, BigInt(length), true);
  file.set(text, 8);
  let position = 8 + length;
  for (const tensor of tensors) {
    file.set(encodeElements(tensor.data), position);
    position += tensor.data.byteLength;
  }
  return file;
}

/**
 * @module
 * What is in a file of weights, told without reading the values; also for files that candil cannot read as a whole.
 */

import { elementCount } from "../tensor/shape.ts";
import { itemSize } from "../tensor/dtype.ts";
import { readJsonEntries } from "./json/read-json.ts";
import type { CheckpointDescription } from "./description.ts";
import { describePt } from "./pt/describe-pt.ts";
import { readHeader } from "./safetensors/header.ts";
import { unreadable } from "./safetensors/read-safetensors.ts";
import { sniffFormat } from "./sniff.ts";

/**
 * Lists the tensors of a `.pt`, `.safetensors` or `.json` file. A whole module, or one with quantised tensors, is listed
 * too, with the reasons why it is not read under `unsupported`; nothing of it is executed. Values are neither read nor
 * checked.
 * @throws FormatError when the file is of another kind or damaged
 *
 * @example
 * for (const { name, dtype, shape } of describeCheckpoint(bytes).entries) console.log(name, dtype, shape);
 */
export function describeCheckpoint(bytes: Uint8Array): CheckpointDescription {
  const format = sniffFormat(bytes);
  if (format === "safetensors") return { format, ...describeSafetensors(bytes) };
  if (format === "json") return { format, ...describeJson(bytes) };
  return { format, ...describePt(bytes, format) };
}

function describeSafetensors(bytes: Uint8Array): Omit<CheckpointDescription, "format"> {
  const { entries, metadata } = readHeader(bytes);
  return {
    entries: [...entries].map(([name, { code, type, shape, begin, end }]) => ({
      name,
      dtype: type?.name ?? code,
      shape,
      elements: elementCount(shape),
      bytes: end - begin,
    })),
    notes: [...metadata].map(([key, text]) => `metadata ${key}: ${text}`),
    unsupported: [...entries].flatMap(([name, { type, code }]) =>
      type === null ? [unreadable(name, code)] : [],
    ),
  };
}

function describeJson(bytes: Uint8Array): Omit<CheckpointDescription, "format"> {
  const tensors = [...readJsonEntries(bytes)];
  return {
    entries: tensors.map(([name, { dtype, shape }]) => ({
      name,
      dtype,
      shape,
      elements: elementCount(shape),
      bytes: elementCount(shape) * itemSize(dtype),
    })),
    notes: tensors.some(([, entry]) => entry.data === null)
      ? ["the values are in the .bin beside this file"]
      : [],
    unsupported: [],
  };
}

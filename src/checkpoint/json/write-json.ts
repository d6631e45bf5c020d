/**
 * @module
 * Writes state dicts as JSON.
 */

import { ArgumentError } from "../../errors.ts";
import type { DType, DTypeArrays } from "../../tensor/dtype.ts";
import type { AnyTensor } from "../../tensor/tensor.ts";
import { ByteWriter } from "../../bytes/byte-writer.ts";
import { encodeElements } from "../element-types.ts";
import { BIN_ALIGNMENT, JSON_FORMAT, JSON_VERSION } from "./json-state-dict.ts";

/** A state dict as JSON. */
export interface JsonFiles {
  /** The content of the `.json`. */
  readonly json: string;
  /** The content of the `.bin` beside it; null when the values are inline. */
  readonly bin: Uint8Array | null;
}

/**
 * Writes a state dict in the layout of `json-state-dict.ts`. Inline values are as short as reads back exactly.
 * @param options.bin put the values into a `.bin` of their own: a third of the size, and much faster to read
 * @throws ArgumentError for a state dict whose JSON is longer than a string can be; use `bin` there
 *
 * @example
 * const { json, bin } = writeJson(model.stateDict(), { bin: true });
 */
export function writeJson(
  stateDict: ReadonlyMap<string, AnyTensor>,
  options: { bin?: boolean } = {},
): JsonFiles {
  const bin = options.bin === true ? new BinWriter() : null;
  const rows: string[] = [];
  for (const [name, tensor] of stateDict) {
    const values = bin === null ? `"data":[${inline(tensor)}]` : `"offset":${bin.add(tensor)}`;
    const shape = JSON.stringify(tensor.shape);
    rows.push(`    ${JSON.stringify(name)}: {"dtype":"${tensor.dtype}","shape":${shape},${values}}`);
  }
  try {
    const json = `{\n  "format": "${JSON_FORMAT}",\n  "version": ${JSON_VERSION},\n  "tensors": {\n${rows.join(",\n")}\n  }\n}\n`;
    return { json, bin: bin?.finish() ?? null };
  } catch {
    throw new ArgumentError("writeJson: the text would be longer than a string can be; pass { bin: true }");
  }
}

class BinWriter {
  readonly #out = new ByteWriter();
  /** Data arrays that were met before. A `bool` and a `uint8` tensor may share one, but are not tied. */
  readonly #known = new Map<DTypeArrays[DType], { dtype: DType; offset: number }>();

  add(tensor: AnyTensor): number {
    const known = this.#known.get(tensor.data);
    if (known?.dtype === tensor.dtype) return known.offset;
    const padding = (BIN_ALIGNMENT - (this.#out.length % BIN_ALIGNMENT)) % BIN_ALIGNMENT;
    this.#out.raw(new Uint8Array(padding));
    const offset = this.#out.length;
    this.#out.raw(encodeElements(tensor.data));
    this.#known.set(tensor.data, { dtype: tensor.dtype, offset });
    return offset;
  }

  finish(): Uint8Array {
    return this.#out.finish();
  }
}

function inline(tensor: AnyTensor): string {
  const write = tensor.dtype === "float32" ? float32Text : tensor.dtype === "bool" ? boolText : numberText;
  const parts = new Array<string>(tensor.data.length);
  for (let i = 0; i < parts.length; i++) parts[i] = write(tensor.data[i]);
  return parts.join(",");
}

function numberText(value: number | bigint): string {
  if (typeof value === "bigint") {
    return BigInt.asIntN(54, value) === value && Number.isSafeInteger(Number(value))
      ? String(value)
      : `"${value}"`;
  }
  // JSON has neither infinities nor NaN; and String(-0) is "0".
  if (!Number.isFinite(value)) return `"${value}"`;
  return Object.is(value, -0) ? "-0" : String(value);
}

function boolText(value: number | bigint): string {
  return Number(value) === 0 ? "0" : "1";
}

/** The fewest digits that give the same float32: 9 always do. */
function float32Text(value: number | bigint): string {
  if (typeof value === "bigint" || !Number.isFinite(value) || Number.isInteger(value))
    return numberText(value);
  for (let digits = 6; digits < 9; digits++) {
    const rounded = Number(value.toPrecision(digits));
    if (Math.fround(rounded) === value) return String(rounded);
  }
  return String(Number(value.toPrecision(9)));
}

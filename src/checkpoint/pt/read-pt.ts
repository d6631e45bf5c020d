/**
 * @module
 * Reads what `torch.save` wrote.
 */

import { FormatError } from "../../errors.ts";
import { Budget } from "../limits.ts";
import { sniffFormat } from "../sniff.ts";
import type { CheckpointValue } from "../value.ts";
import { openZip } from "../../zip/read-zip.ts";
import { findGlobal } from "./globals.ts";
import { openLegacyFile } from "./legacy-file.ts";
import { TensorReader } from "./materialize.ts";
import type { FindGlobal, PtFile } from "./pt-file.ts";
import type { StoredTensor } from "./stored-tensor.ts";
import { toCheckpointValue } from "./to-value.ts";
import { openZipFile } from "./zip-file.ts";

/** The two layouts of `.pt` and `.pth` files. */
export type PtFormat = "pt-zip" | "pt-legacy";

/** What a `.pt` file held. */
export interface PtContent {
  readonly format: PtFormat;
  /** The object that was saved. */
  readonly value: CheckpointValue;
  /** What happened on the way: element types that were widened, devices that were ignored. */
  readonly notes: readonly string[];
}

/**
 * Reads a `.pt` or `.pth` file of any PyTorch since 0.4, in the zip or in the legacy format. The twin of
 * `torch.load(file, map_location="cpu", weights_only=True)`, with these differences: nothing of the file is ever
 * executed; float16, bfloat16 and float8 are widened to float32; complex, quantised and sparse tensors are refused;
 * strided views become contiguous tensors, and only views that are equal stay shared; checksums are verified.
 *
 * Memory and time are bounded by the size of the file: all tensors together may take max(16 MiB, 8 × the file).
 * @throws FormatError when the file is of another kind, damaged, hostile, or holds more than tensors and plain data
 *
 * @example
 * const checkpoint = readPt(bytes).value; // a Map for torch.save({ "model": ..., "epoch": 3 }, PATH)
 */
export function readPt(bytes: Uint8Array): PtContent {
  const format = sniffFormat(bytes);
  if (format !== "pt-zip" && format !== "pt-legacy")
    throw new FormatError(`.pt: expected a PyTorch file, got ${format}`);
  const file = openPt(bytes, format, findGlobal);
  const tensors = new TensorReader(file.openStorages(), new Budget(bytes.length));
  const widened = new Map<string, number>();
  const value = toCheckpointValue(file.root, (stored) => {
    countWidened(widened, stored);
    return tensors.read(stored);
  });
  return { format, value, notes: [...file.notes, ...wideningNotes(widened)] };
}

/** Opens a file of either layout without reading tensors. */
export function openPt(bytes: Uint8Array, format: PtFormat, find: FindGlobal): PtFile {
  return format === "pt-zip" ? openZipFile(openZip(bytes), find) : openLegacyFile(bytes, find);
}

function countWidened(widened: Map<string, number>, stored: StoredTensor): void {
  const { name, dtype } = stored.type;
  if (name !== dtype) widened.set(name, (widened.get(name) ?? 0) + 1);
}

/** One note for each element type that a tensor does not have. */
export function wideningNotes(widened: ReadonlyMap<string, number>): string[] {
  return [...widened].map(
    ([name, count]) => `${count} ${count === 1 ? "tensor" : "tensors"} of ${name} widened to float32`,
  );
}

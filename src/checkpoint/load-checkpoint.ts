/**
 * @module
 * Weights from a file of any format that candil reads.
 */

import { findStateDict } from "./find-state-dict.ts";
import { readJson } from "./json/read-json.ts";
import { readPt, wideningNotes } from "./pt/read-pt.ts";
import { readSafetensors } from "./safetensors/read-safetensors.ts";
import { sniffFormat } from "./sniff.ts";
import type { CheckpointFormat } from "./sniff.ts";
import type { CheckpointValue, StateDict } from "./value.ts";

/** A file of weights, read. */
export interface Checkpoint {
  readonly format: CheckpointFormat;
  /** Everything that the file held. */
  readonly value: CheckpointValue;
  /** The weights among it, under the names that the model's modules have. */
  readonly stateDict: StateDict;
  /** What a reader may want to know: widened types, where the weights were, prefixes taken off, NaN. */
  readonly notes: readonly string[];
}

/**
 * Reads a file of weights: `.pt` and `.pth` (zip and legacy), `.safetensors`, and `.json`, told apart by their bytes.
 * @param options.bin the `.bin` beside a `.json` that keeps its values there
 * @throws FormatError when the file is of another kind, damaged, hostile, or without weights
 *
 * @example
 * const { stateDict, notes } = loadCheckpoint(await readFile("mnist_cnn.pt"));
 * model.loadStateDict(stateDict);
 */
export function loadCheckpoint(bytes: Uint8Array, options: { bin?: Uint8Array | null } = {}): Checkpoint {
  const format = sniffFormat(bytes);
  const { value, notes } = read(bytes, format, options.bin ?? null);
  const found = findStateDict(value);
  return { format, value, stateDict: found.stateDict, notes: [...notes, ...found.notes] };
}

function read(
  bytes: Uint8Array,
  format: CheckpointFormat,
  bin: Uint8Array | null,
): { value: CheckpointValue; notes: readonly string[] } {
  if (format === "json") return { value: new Map(readJson(bytes, bin)), notes: [] };
  if (format !== "safetensors") return readPt(bytes);
  const { tensors, widened } = readSafetensors(bytes);
  return { value: new Map(tensors), notes: wideningNotes(widened) };
}

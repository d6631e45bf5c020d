/**
 * @module
 * index_to_name.json: what the classes are called.
 */

import { FormatError } from "../errors.ts";
import { kindOf, parseJsonObject } from "./json-text.ts";

/** Where TorchServe looks for the names of classes. */
export const LABELS_NAME = "index_to_name.json";

const MAX_LABELS_BYTES = 16 * 2 ** 20;

/**
 * Names of classes by their index as text: from `{"0": "cat", "1": ["n02", "dog"]}`, where the last of a list counts, or
 * `{"object_type_names": ["cat", "dog"]}`. TorchServe's `load_label_mapping`.
 * @throws FormatError when a name is no text
 */
export function parseLabels(bytes: Uint8Array): ReadonlyMap<string, string> {
  const root = parseJsonObject(LABELS_NAME, bytes, MAX_LABELS_BYTES);
  const list = root["object_type_names"];
  if (Array.isArray(list)) return new Map(list.map((name, i) => [String(i), nameOf(String(i), name)]));
  return new Map(
    Object.entries(root).map(([index, value]) => [
      index,
      nameOf(index, Array.isArray(value) ? value.at(-1) : value),
    ]),
  );
}

function nameOf(index: string, value: unknown): string {
  if (typeof value === "string") return value;
  throw new FormatError(
    `${LABELS_NAME}: the name of class ${index} must be text or a list that ends in text, got ${kindOf(value)}`,
  );
}

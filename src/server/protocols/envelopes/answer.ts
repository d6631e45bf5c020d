/**
 * @module
 * Answers in TorchServe's envelopes, to the byte: what Python's `json.dumps` makes of its dictionaries.
 */

import { Float } from "../../../model/json-value.ts";
import type { JsonValue } from "../../../model/json-value.ts";
import type { InferTensor } from "../../../oip/index.ts";
import type { Answer } from "../../answer/answer.ts";
import { pythonJson } from "../../answer/python-json.ts";

/**
 * One value for each instance, under a name.
 * @param items the values as JSON of the same indent
 *
 * @example
 * instancesAnswer("predictions", ["2"], null).body; // '{"predictions": [2]}'
 */
export function instancesAnswer(name: string, items: readonly string[], indent: null | 2): Answer {
  if (indent === null) return { status: 200, body: `{"${name}": [${items.join(", ")}]}` };
  // JSON's texts hold no line breaks of their own, so all of them are its layout.
  const lines = items.map((item) => `    ${item.replaceAll("\n", "\n    ")}`);
  return { status: 200, body: `{\n  "${name}": [\n${lines.join(",\n")}\n  ]\n}` };
}

/**
 * Output tensors, each flattened to one axis.
 * @param id the client's, else that of the answer
 */
export function tensorsAnswer(
  id: string,
  { name, version }: { readonly name: string; readonly version: string },
  outputs: readonly InferTensor[],
): Answer {
  const document = new Map<string, JsonValue>([
    ["id", id],
    ["model_name", name],
    ["model_version", version],
    ["outputs", outputs.map(outputOf)],
  ]);
  return { status: 200, body: pythonJson(document, 2) };
}

function outputOf(tensor: InferTensor): JsonValue {
  const data = partsOf(tensor);
  return new Map<string, JsonValue>([
    ["name", tensor.name],
    ["datatype", tensor.datatype],
    ["data", data],
    ["shape", [data.length]],
  ]);
}

function partsOf(tensor: InferTensor): JsonValue[] {
  switch (tensor.datatype) {
    case "BYTES":
      return tensor.data.map((bytes) => new TextDecoder().decode(bytes));
    case "BOOL":
      return Array.from(tensor.data, (value) => value !== 0);
    case "FP16":
    case "BF16":
    case "FP32":
    case "FP64":
      return Array.from(tensor.data, (value) => new Float(value));
    default:
      return Array.from<number | bigint, number>(tensor.data, Number);
  }
}

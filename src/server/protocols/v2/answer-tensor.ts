/**
 * @module
 * Answers of handlers as a tensor of the Open Inference Protocol, as TorchServe's KServe V2 envelope flattens them.
 */

import type { PlainJson } from "../../../model/json-value.ts";
import type { InferTensor } from "../../../oip/index.ts";
import { flatAnswer } from "../../answer/answer-type.ts";
import type { AnswerType } from "../../answer/answer-type.ts";
import type { HandlerValue } from "../../pool/job.ts";

/** From the weakest to the one that can hold all. */
const order: readonly AnswerType[] = ["BOOL", "INT64", "FP64", "BYTES"];

/**
 * The answers for the examples of one input, one after another: [K] for one example with K values, [N] or [N, K] for N of
 * them. Text, and objects as JSON text, become BYTES.
 */
export function answerTensor(name: string, answers: readonly HandlerValue[], batched: boolean): InferTensor {
  const rows = answers.map(({ answer }) => flatAnswer(answer));
  const ranks = answers.map(({ datatype }) => order.indexOf(datatype));
  const sizes = new Set(rows.map((row) => row.length));
  const values = rows.flat();
  const width = rows[0].length;
  const ragged = sizes.size > 1;
  const shape = !batched || ragged ? [values.length] : width === 1 ? [rows.length] : [rows.length, width];
  return filled(order[Math.max(...ranks)], { name, shape }, values);
}

function filled(
  datatype: AnswerType,
  head: Pick<InferTensor, "name" | "shape">,
  values: readonly PlainJson[],
): InferTensor {
  switch (datatype) {
    case "BOOL":
      return { ...head, datatype, data: Uint8Array.from(values, Number) };
    case "INT64":
      return { ...head, datatype, data: BigInt64Array.from(values, (value) => BigInt(Number(value))) };
    case "FP64":
      return { ...head, datatype, data: Float64Array.from(values, Number) };
    case "BYTES":
      return { ...head, datatype, data: values.map((value) => encoder.encode(textOf(value))) };
  }
}

const encoder = new TextEncoder();

function textOf(value: PlainJson): string {
  return typeof value === "string" ? value : JSON.stringify(value);
}

/**
 * @module
 * The outputs that a picture model has under the Open Inference Protocol, and what must be asked to fill them.
 */

import { nearestName } from "../../../errors.ts";
import type { Datatype, InferTensor, RequestedOutput } from "../../../oip/index.ts";
import { RequestError } from "../../errors.ts";
import { answerTensor } from "./answer-tensor.ts";
import type { ModelInfo, Question, Values } from "../subject.ts";

/** What an output is, by its name. */
interface OutputKind {
  readonly datatype: Datatype;
  /** Axes behind that of the examples. */
  axes(info: ModelInfo): number[];
  /** Whether the question must be for an explanation. */
  readonly explains: boolean;
  fill(replies: readonly Values[], name: string, info: ModelInfo): InferTensor;
}

/** All outputs, in the order in which the metadata lists them. */
export const outputKinds: Readonly<Record<string, OutputKind>> = {
  prediction: {
    datatype: "INT64",
    axes: () => [],
    explains: false,
    fill: (replies, name) =>
      int64(name, replies, (values) => ("prediction" in values ? values.prediction : 0)),
  },
  scores: {
    datatype: "FP32",
    axes: ({ classes }) => [classes.length],
    explains: false,
    fill: (replies, name, { classes }) => ({
      name,
      datatype: "FP32",
      shape: [replies.length, classes.length],
      data: Float32Array.from(replies.flatMap((values) => ("scores" in values ? values.scores : []))),
    }),
  },
  attributions: {
    datatype: "FP32",
    axes: ({ input: { channels, height, width } }) => [channels, height, width],
    explains: true,
    fill: (replies, name) => attributionsOf(name, replies),
  },
  target: {
    datatype: "INT64",
    axes: () => [],
    explains: true,
    fill: (replies, name) => int64(name, replies, (values) => ("target" in values ? values.target : 0)),
  },
  convergence_delta: {
    datatype: "FP64",
    axes: () => [],
    explains: true,
    fill: (replies, name) => ({
      name,
      datatype: "FP64",
      shape: [replies.length],
      data: Float64Array.from(replies, (v) => ("convergenceDelta" in v ? (v.convergenceDelta ?? NaN) : NaN)),
    }),
  },
};

/**
 * What must be asked about each example to fill the outputs.
 * @param explaining whether the request as a whole asks for explanations
 * @param echoes names that stand for TorchServe's own answer: those of the inputs
 * @throws RequestError for an output that does not exist
 */
export function questionKind(
  outputs: readonly RequestedOutput[],
  explaining: boolean,
  echoes: readonly string[],
): Question["kind"] {
  const names = outputs.map(({ name }) => name).filter((name) => !echoes.includes(name));
  for (const name of names) if (!Object.hasOwn(outputKinds, name)) throw unknownOutput(name, echoes);
  const explains = explaining || names.some((name) => outputKinds[name].explains);
  if (!explains) return "predict";
  if (names.length === 0) return "insights";
  return names.every((name) => name === "attributions") ? "attribute" : "explain";
}

function unknownOutput(name: string, echoes: readonly string[]): RequestError {
  const known = [...Object.keys(outputKinds), ...echoes];
  const near = nearestName(name.slice(0, 40), known);
  return new RequestError(
    "badRequest",
    `There is no output ${JSON.stringify(name.slice(0, 40))}; there are ${known.slice(0, 8).join(", ")}.` +
      (near === null ? "" : ` Did you mean "${near}"?`),
  );
}

/**
 * TorchServe's own answer about one input, under its name: what the handler answers (classes as INT64), attributions as FP64.
 */
export function echo(name: string, replies: readonly Values[], batched: boolean): InferTensor {
  const answers = replies.filter((values) => "answer" in values);
  if (answers.length > 0) return answerTensor(name, answers, batched);
  const { shape, data } = attributionsOf(name, replies);
  return { name, datatype: "FP64", shape: batched ? shape : shape.slice(1), data: Float64Array.from(data) };
}

function int64(name: string, replies: readonly Values[], value: (values: Values) => number): InferTensor {
  const data = BigInt64Array.from(replies, (values) => BigInt(value(values)));
  return { name, datatype: "INT64", shape: [replies.length], data };
}

function attributionsOf(
  name: string,
  replies: readonly Values[],
): Extract<InferTensor, { datatype: "FP32" }> {
  const maps = replies.flatMap((values) => ("attributions" in values ? [values.attributions] : []));
  const size = maps[0].data.length;
  const data = new Float32Array(maps.length * size);
  maps.forEach((map, i) => data.set(map.data, i * size));
  return { name, datatype: "FP32", shape: [maps.length, ...maps[0].shape], data };
}

/**
 * @module
 * A model as the protocols see it: whoever computes its answers, and whatever the request looked like.
 */

import { decodeImage } from "../../node/image.ts";
import type { ExplainOptions } from "../../model/explain-options.ts";
import type { Explanation, InputSize, Model, Prediction } from "../../model/model.ts";
import { fromData } from "../../tensor/creation.ts";
import type { Tensor } from "../../tensor/tensor.ts";
import type { Limits } from "../limits.ts";
import type { Job, Result, Runner } from "../runner.ts";

/** What was sent: a picture still encoded, or numbers [C, H, W] that go to the model as they are. */
export type JobInput =
  | { readonly kind: "picture"; readonly bytes: Uint8Array }
  | { readonly kind: "numbers"; readonly data: Float32Array; readonly shape: readonly number[] };

/** What is asked: the class, the attributions alone, or the attributions with all that goes with them. */
export type Question =
  { readonly kind: "predict" } | { readonly kind: "attribute" | "explain"; readonly options: ExplainOptions };

/** A tensor as plain data. */
export interface PlainTensor {
  readonly data: Float32Array;
  readonly shape: readonly number[];
}

/** The reply to a {@link Question}, of the same kind; attributions are [C, H, W]. */
export type Values =
  | ({ readonly kind: "predict" } & Prediction)
  | { readonly kind: "attribute"; readonly attributions: PlainTensor }
  | ({ readonly kind: "explain"; readonly attributions: PlainTensor } & Omit<Explanation, "attributions">);

/** What is known of a model. */
export interface ModelInfo {
  readonly input: InputSize;
  readonly classes: readonly string[];
}

/** A version of a model that can be asked. */
export interface Subject {
  readonly name: string;
  readonly version: string;
  /** Null until it is loaded. */
  readonly info: ModelInfo | null;
  /** Whether a question would be answered. */
  readonly healthy: boolean;
  ask(input: JobInput, question: Question, signal: AbortSignal): Promise<Values>;
}

/** A model on a runner as a subject. */
export function subjectOf(model: Model, runner: Runner, limits: Limits): Subject {
  const tensorOf = (input: JobInput): Tensor =>
    model.transform(
      input.kind === "numbers"
        ? fromData(input.data, [...input.shape])
        : decodeImage(input.bytes, { maxPixels: limits.maxImagePixels }),
    );
  return {
    name: model.name,
    version: model.version,
    info: model,
    healthy: true,
    async ask(input, question, signal) {
      if (question.kind !== "predict") model.checkOptions(question.options);
      const job: Job = { ...question, model, input: tensorOf(input) };
      return valuesOf(await runner.run(job, signal));
    },
  };
}

function valuesOf(result: Result): Values {
  switch (result.kind) {
    case "predict":
      return { kind: "predict", ...result.prediction };
    case "attribute":
      return { kind: "attribute", attributions: plain(result.attributions) };
    case "explain":
      return { kind: "explain", ...result.explanation, attributions: plain(result.explanation.attributions) };
  }
}

function plain({ data, shape }: Tensor): PlainTensor {
  return { data: data instanceof Float32Array ? data : Float32Array.from(data, Number), shape };
}

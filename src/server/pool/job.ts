/**
 * @module
 * What is handed from a request to whoever computes, and back. Everything here can be sent to another thread.
 */

import type { ExplainOptions } from "../../model/explain-options.ts";
import type { PlainJson } from "../../model/json-value.ts";
import type { Classification, Explanation, InputSize } from "../../model/model.ts";
import type { Answer } from "../answer/answer.ts";
import type { AnswerType } from "../answer/answer-type.ts";
import type { HeatMapWishes } from "../request/heat-map-options.ts";

/** What was sent: a picture still encoded, or numbers [C, H, W] that go to the model as they are. */
export type JobInput =
  | { readonly kind: "picture"; readonly bytes: Uint8Array }
  | { readonly kind: "numbers"; readonly data: Float32Array; readonly shape: readonly number[] };

/**
 * What is asked: the class; the explanation that TorchServe would give, which is the handler's own where it has one and no
 * option but the target is given; the attributions alone; or the attributions with all that goes with them.
 */
export type Question =
  | { readonly kind: "predict" }
  /** `options.onProgress` cannot cross to another thread and must be absent. */
  | { readonly kind: "insights" | "attribute" | "explain"; readonly options: ExplainOptions };

/**
 * The form of the reply: `values` for a protocol that words its own answer, else an {@link Answer}: `bare` in TorchServe's
 * bytes, `full` with everything known, `picture` as a heat map, `json` as Python's JSON, to be put into a larger text.
 */
export type Form =
  | { readonly as: "values" | "bare" | "full" }
  /** `indent` is that of `json.dumps`: none, or 2. */
  | { readonly as: "json"; readonly indent: null | 2 }
  | { readonly as: "picture"; readonly heatMap: HeatMapWishes };

/** One example and one question about it. */
export interface Job {
  readonly input: JobInput;
  readonly question: Question;
  readonly form: Form;
}

/** A tensor as plain data. */
export interface PlainTensor {
  readonly data: Float32Array;
  readonly shape: readonly number[];
}

/** What a handler answers, as plain data. */
export interface HandlerValue {
  readonly answer: PlainJson;
  /** Of its parts, which plain data cannot tell: 1.0 is 1 there. */
  readonly datatype: AnswerType;
}

/**
 * The reply to a {@link Question}, of the same kind; one for `insights` is of kind `attribute` where the handler has no
 * explanation of its own. Attributions are [C, H, W].
 */
export type Values =
  | ({ readonly kind: "predict" } & Classification & HandlerValue)
  | ({ readonly kind: "insights" } & HandlerValue)
  | { readonly kind: "attribute"; readonly attributions: PlainTensor }
  | ({ readonly kind: "explain"; readonly attributions: PlainTensor } & Omit<Explanation, "attributions">);

/** The reply to a {@link Job}, in the form it asked for. */
export type Reply =
  { readonly as: "values"; readonly values: Values } | { readonly as: "answer"; readonly answer: Answer };

/** How a job ended. Its failure is its own: no job sees another's. */
export type Outcome =
  { readonly ok: true; readonly reply: Reply } | { readonly ok: false; readonly error: unknown };

/** What is known of a model once it is loaded. */
export interface ModelInfo {
  /** One line for people. */
  readonly description: string;
  readonly input: InputSize;
  /** What the classes are called, in order. */
  readonly classes: readonly string[];
}

/** What whoever computes must know beside the job. */
export interface JobLimits {
  /** Largest width × height that a picture's header may promise. */
  readonly maxImagePixels: number;
}

/**
 * @module
 * KServe's V1 protocol.
 */

import { isObject, numberFromJson } from "../oip/index.ts";
import { explainParameters } from "./explain-wishes.ts";
import type { ExplainWishes } from "./explain-wishes.ts";
import { toBase64 } from "./base64.ts";
import { segment } from "./transport.ts";
import type { CallOptions, Outgoing, Transport } from "./transport.ts";

/** Numbers in lists. */
export type NestedNumbers = number | readonly NestedNumbers[];

/**
 * One example: the bytes of a PNG or JPEG; lists of numbers [C][H][W], which go to the model as they are; or an object with
 * either of them under `data` and options of this example beside it.
 */
export type V1Instance =
  | Uint8Array
  | readonly NestedNumbers[]
  | { readonly data: Uint8Array | string | readonly NestedNumbers[]; readonly [option: string]: unknown };

/** A call of V1. */
export interface V1CallOptions extends CallOptions {
  /** Options for all instances; `{ detail: "full" }` asks candil for everything that it knows. */
  readonly parameters?: Readonly<Record<string, unknown>>;
}

/** A call for explanations. */
export interface V1ExplainOptions extends V1CallOptions, ExplainWishes {}

/** What candil answers for a prediction with `detail: "full"`. */
export interface V1FullPrediction {
  readonly prediction: number;
  /** Probabilities. */
  readonly scores: readonly number[];
  readonly classes: readonly string[];
}

/** What candil answers for an explanation with `detail: "full"`. */
export interface V1FullExplanation extends Omit<V1FullPrediction, "classes"> {
  readonly target: number;
  readonly method: string;
  readonly n_steps: number;
  readonly baseline: unknown;
  readonly convergence_delta: number | null;
  /** [C][H][W] */
  readonly attributions: NestedNumbers;
}

/**
 * The V1 protocol: JSON over `/v1`, the only one of KServe's that explainers are routed by.
 *
 * @example
 * const { v1 } = new KServeClient("http://127.0.0.1:8080");
 * const [digit] = await v1.predict("mnist", [await readFile("2.png")]); // 2
 * const [map] = await v1.explain("mnist", [await readFile("2.png")], { target: 2 }); // [1][28][28]
 */
export class V1Client {
  readonly #transport: Transport;

  constructor(transport: Transport) {
    this.#transport = transport;
  }

  /** Names of the models on offer. @throws AnswerError, NoAnswerError */
  models(call: CallOptions = {}): Promise<string[]> {
    return this.#transport.list<string>({ method: "GET", path: "/v1/models" }, "models", call);
  }

  /** Whether a model answers. @throws AnswerError when there is none of that name; NoAnswerError */
  ready(model: string, call: CallOptions = {}): Promise<boolean> {
    return this.#transport.says(`/v1/models/${segment(model)}`, call);
  }

  /**
   * The class of each instance. Other servers than candil, and `parameters: { detail: "full" }`, answer with other items:
   * `v1.predict<V1FullPrediction>(...)`.
   * @throws AnswerError with the server's words; NoAnswerError
   */
  predict<Item = number>(
    model: string,
    instances: readonly V1Instance[],
    { parameters, ...call }: V1CallOptions = {},
  ): Promise<Item[]> {
    return this.#ask(model, "predict", instances, parameters, "predictions", call);
  }

  /**
   * Attributions [C][H][W] of each instance.
   * @throws AnswerError with the server's words; NoAnswerError
   */
  explain<Item = NestedNumbers>(
    model: string,
    instances: readonly V1Instance[],
    { parameters, ...options }: V1ExplainOptions = {},
  ): Promise<Item[]> {
    const all = { ...explainParameters(options), ...parameters };
    return this.#ask(model, "explain", instances, all, "explanations", options);
  }

  async #ask<Item>(
    model: string,
    verb: string,
    instances: readonly V1Instance[],
    parameters: object | undefined,
    key: string,
    call: CallOptions,
  ): Promise<Item[]> {
    const outgoing: Outgoing = {
      method: "POST",
      path: `/v1/models/${segment(model)}:${verb}`,
      headers: { "Content-Type": "application/json" },
      body: JSON.stringify({
        instances: instances.map(written),
        ...(parameters === undefined ? {} : { parameters }),
      }),
    };
    const items = await this.#transport.list<unknown>(outgoing, key, call);
    return items.map((item) => withNumbers(item) as Item);
  }
}

/** An item with numbers in place of their names, which NaN and infinities have in JSON. Other text stays. */
function withNumbers(item: unknown): unknown {
  if (!isObject(item)) return numbersIn(item);
  const parts = ["scores", "convergence_delta", "attributions"].filter((name) => name in item);
  return { ...item, ...Object.fromEntries(parts.map((name) => [name, numbersIn(item[name])])) };
}

function numbersIn(value: unknown): unknown {
  return Array.isArray(value) ? value.map(numbersIn) : (numberFromJson(value) ?? value);
}

/** An instance for JSON: bytes in base64, where TorchServe's handlers look for them. */
function written(instance: V1Instance): unknown {
  if (instance instanceof Uint8Array) return { data: toBase64(instance) };
  if (!("data" in instance)) return instance;
  const { data } = instance;
  return { ...instance, data: data instanceof Uint8Array ? toBase64(data) : data };
}

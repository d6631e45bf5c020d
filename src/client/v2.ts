/**
 * @module
 * KServe's V2 protocol, the Open Inference Protocol.
 */

import { CandilError } from "../errors.ts";
import { HEADER_LENGTH, readInferResponse, splitBody, writeInferRequest } from "../oip/index.ts";
import type {
  InferResponse,
  InferTensor,
  ModelMetadata,
  Parameters,
  ServerMetadata,
  TensorOf,
} from "../oip/index.ts";
import { explainParameters } from "./explain-wishes.ts";
import type { ExplainWishes } from "./explain-wishes.ts";
import { forJson, output } from "./tensors.ts";
import { segment } from "./transport.ts";
import type { CallOptions, Outgoing, Transport } from "./transport.ts";

/** Which model of a name. */
export interface V2CallOptions extends CallOptions {
  /** The version; the server's default one unless said. */
  readonly version?: string;
}

/** A call of V2 with tensors. */
export interface V2InferOptions extends V2CallOptions {
  /** Names of the outputs that are wanted; the model's choice unless said. candil's stand in its metadata. */
  readonly outputs?: readonly string[];
  readonly parameters?: Parameters;
  /** Identifies the request in the answer; {@link CallOptions.requestId} unless said. */
  readonly id?: string;
  /**
   * How tensors travel: `binary`, the default, is raw bytes behind the JSON in both directions, a fifth of the size and
   * exact; `json` is for servers without that extension.
   */
  readonly encoding?: "binary" | "json";
}

/** A call for explanations. */
export interface V2ExplainOptions extends Omit<V2InferOptions, "outputs">, ExplainWishes {}

/** Explanations of a request's examples, in their order. */
export interface V2Explanations {
  /** The class that the model predicts for each example. */
  readonly predictions: readonly number[];
  /** Probabilities [N, classes]. */
  readonly scores: TensorOf<"FP32">;
  /** The class that is explained. */
  readonly targets: readonly number[];
  /** [N, C, H, W] */
  readonly attributions: TensorOf<"FP32">;
  /** How far each sum of attributions is from what it should be; NaN for methods without such a sum. */
  readonly convergenceDeltas: readonly number[];
}

/**
 * The V2 protocol: tensors over `/v2`.
 *
 * @example
 * const { v2 } = new KServeClient("http://127.0.0.1:8080");
 * const answer = await v2.infer("mnist", [pictures([png])], { outputs: ["prediction", "scores"] });
 * output(answer, "prediction", "INT64").data; // BigInt64Array [2n]
 */
export class V2Client {
  readonly #transport: Transport;

  constructor(transport: Transport) {
    this.#transport = transport;
  }

  /** Whether the server runs. @throws AnswerError, NoAnswerError */
  live(call: CallOptions = {}): Promise<boolean> {
    return this.#transport.says("/v2/health/live", call);
  }

  /** Whether the server and all its models answer. @throws AnswerError, NoAnswerError */
  ready(call: CallOptions = {}): Promise<boolean> {
    return this.#transport.says("/v2/health/ready", call);
  }

  /** Name, version and extensions of the server. @throws AnswerError, NoAnswerError */
  async metadata(call: CallOptions = {}): Promise<ServerMetadata> {
    const answer: unknown = await this.#transport.json({ method: "GET", path: "/v2" }, call);
    return answer as ServerMetadata;
  }

  /** Names of the models on offer; KServe's extension. @throws AnswerError, NoAnswerError */
  models(call: CallOptions = {}): Promise<string[]> {
    return this.#transport.list<string>({ method: "GET", path: "/v2/models" }, "models", call);
  }

  /** Whether a model answers. @throws AnswerError when there is no such model or version; NoAnswerError */
  modelReady(model: string, { version, ...call }: V2CallOptions = {}): Promise<boolean> {
    return this.#transport.says(`${pathOf(model, version)}/ready`, call);
  }

  /** What a model takes and gives. @throws AnswerError when there is no such model or version; NoAnswerError */
  async modelMetadata(model: string, { version, ...call }: V2CallOptions = {}): Promise<ModelMetadata> {
    const answer: unknown = await this.#transport.json({ method: "GET", path: pathOf(model, version) }, call);
    return answer as ModelMetadata;
  }

  /**
   * Asks a model. Without `outputs` candil answers as TorchServe: the class of each example, under its input's name.
   * @throws AnswerError with the server's words; NoAnswerError
   * @throws FormatError for a tensor that cannot be written (FP16, BF16)
   */
  async infer(
    model: string,
    inputs: readonly InferTensor[],
    options: V2InferOptions = {},
  ): Promise<InferResponse> {
    const { version, outputs = [], parameters = {}, id = options.requestId, encoding = "binary" } = options;
    const binary = encoding === "binary";
    const { body, headerLength } = writeInferRequest(
      {
        id,
        parameters: binary ? { ...parameters, binary_data_output: true } : parameters,
        inputs: binary ? inputs : inputs.map(forJson),
        outputs: outputs.map((name) => ({ name, parameters: {} })),
      },
      () => binary,
    );
    const outgoing: Outgoing = {
      method: "POST",
      path: `${pathOf(model, version)}/infer`,
      body,
      headers:
        headerLength === null
          ? { "Content-Type": "application/json" }
          : { "Content-Type": "application/octet-stream", [HEADER_LENGTH]: String(headerLength) },
    };
    const answer = await this.#transport.send(outgoing, options);
    try {
      return readInferResponse(splitBody(answer.bytes, answer.headers.get(HEADER_LENGTH) ?? undefined));
    } catch (error) {
      if (!(error instanceof CandilError)) throw error;
      throw this.#transport.unreadable(outgoing, answer, error.message, error);
    }
  }

  /**
   * Explains each example. This is candil's `infer` with its outputs for explanations, so it passes every gateway that knows
   * the protocol.
   * @throws AnswerError with the server's words; NoAnswerError
   */
  async explain(
    model: string,
    inputs: readonly InferTensor[],
    options: V2ExplainOptions = {},
  ): Promise<V2Explanations> {
    const answer = await this.infer(model, inputs, {
      ...options,
      parameters: { ...explainParameters(options), ...options.parameters },
      outputs: ["prediction", "scores", "target", "attributions", "convergence_delta"],
    });
    return {
      predictions: Array.from(output(answer, "prediction", "INT64").data, Number),
      scores: output(answer, "scores", "FP32"),
      targets: Array.from(output(answer, "target", "INT64").data, Number),
      attributions: output(answer, "attributions", "FP32"),
      convergenceDeltas: Array.from(output(answer, "convergence_delta", "FP64").data),
    };
  }
}

function pathOf(model: string, version: string | undefined): string {
  const path = `/v2/models/${segment(model)}`;
  return version === undefined ? path : `${path}/versions/${segment(version)}`;
}

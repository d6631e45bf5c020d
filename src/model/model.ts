/**
 * @module
 * A loaded model: a module, and the handler between it and the world.
 */

import { noGrad } from "../autograd/grad-mode.ts";
import { ArgumentError, formatShape, ShapeError } from "../errors.ts";
import { capture, Runtime } from "../runtime/index.ts";
import { Tensor } from "../tensor/tensor.ts";
import type { Captured } from "../runtime/index.ts";
import { Image } from "../vision/image.ts";
import { attribute } from "./attribute.ts";
import { checkExplainOptions, DEFAULT_STEPS } from "./explain-options.ts";
import type { ExplainBaseline, ExplainMethod, ExplainOptions, ExplainOutput } from "./explain-options.ts";
import type { Handler, HandlerContext } from "./handler.ts";
import type { JsonValue } from "./json-value.ts";
import { kindOfOutput, toProbabilities } from "./outputs.ts";
import type { OutputKind } from "./outputs.ts";
import { portionsOf } from "./portions.ts";
import { firstMaximum, rowsOf } from "./rows.ts";

/** Sizes of one input; -1 stands for any. */
export interface InputSize {
  readonly channels: number;
  readonly height: number;
  readonly width: number;
}

/** What a {@link Model} is made of. */
export interface ModelSpec {
  /** The name under which it is served. */
  readonly name: string;
  /** "1.0" unless said. */
  readonly version?: string;
  /** One line for people. */
  readonly description: string;
  /** Computes scores [N, classes] of inputs [N, C, H, W]; must be in evaluation mode. It is captured, unless it was before. */
  readonly forward: ((x: Tensor) => Tensor) | Captured;
  /** The same up to the last layer, where `forward` ends in log_softmax or softmax: logits [N, classes]. */
  readonly logits?: (x: Tensor) => Tensor;
  /** What `forward` gives; judged by the first numbers that it gives unless said. */
  readonly output?: OutputKind;
  /** Of the tensors that `forward` takes. */
  readonly input: InputSize;
  readonly handler: Handler;
  /** Whether the handler was initialised before; if not, the model does it. */
  readonly handlerReady?: boolean;
  /** What the classes are called, in order. */
  readonly classes: readonly string[];
  /** See {@link HandlerContext}. */
  readonly labels?: ReadonlyMap<string, string> | null;
  /** See {@link HandlerContext}. */
  readonly config?: ReadonlyMap<unknown, unknown>;
}

/** The class of one picture. */
export interface Classification {
  /** The class with the highest score; the first of equals. */
  readonly prediction: number;
  /** A probability for each class. */
  readonly scores: readonly number[];
}

/** What a model says about one picture. */
export interface Prediction extends Classification {
  /** What its handler answers: TorchServe's answer. */
  readonly answer: JsonValue;
}

/** Why a model says so, about one picture. */
export interface Explanation extends Classification {
  /** The class that is explained, 0 or more. */
  readonly target: number;
  readonly method: ExplainMethod;
  /** Points on the path; null for a method without one. */
  readonly nSteps: number | null;
  readonly baseline: ExplainBaseline;
  readonly output: ExplainOutput;
  /** Σ attributions − (F(x) − F(baseline)); null for a method that does not promise completeness. */
  readonly convergenceDelta: number | null;
  /** [C, H, W], as the picture. */
  readonly attributions: Tensor;
}

/**
 * A model that is ready to answer.
 *
 * @example
 * const mnist = loadModel(bytes);
 * const x = mnist.transform(decodeImage(png));
 * mnist.predict(x)[0].prediction; // 7
 * mnist.explain(x, { target: "predicted" })[0].attributions; // Tensor [1, 28, 28]
 */
export class Model {
  readonly name: string;
  readonly version: string;
  readonly description: string;
  readonly input: InputSize;
  readonly classes: readonly string[];
  /**
   * Scores [N, classes] of transformed pictures [N, C, H, W]; differentiable, bound to this model, and captured: each shape of
   * batch runs by a plan from its second call on.
   */
  readonly forward: Captured;
  readonly #logits: ((x: Tensor) => Tensor) | null;
  readonly #handler: Handler;
  readonly #context: HandlerContext;
  #output: OutputKind | null;

  constructor(spec: ModelSpec) {
    this.name = spec.name;
    this.version = spec.version ?? "1.0";
    this.description = spec.description;
    this.input = spec.input;
    this.classes = spec.classes;
    const runtime = new Runtime();
    this.forward = isCaptured(spec.forward) ? spec.forward : capture(spec.forward, runtime);
    this.#logits = spec.logits === undefined ? null : capture(spec.logits, runtime);
    this.#output = spec.output ?? null;
    this.#handler = spec.handler;
    this.#context = {
      modelName: this.name,
      version: this.version,
      forward: this.forward,
      labels: spec.labels ?? null,
      config: spec.config ?? new Map(),
    };
    if (spec.handlerReady !== true) this.#handler.initialize(this.#context);
  }

  /**
   * Logits [N, classes]: {@link forward} before its last layer.
   * @throws ArgumentError when the model ends in softmax or log_softmax and they are not known
   */
  readonly logits = (x: Tensor): Tensor => {
    if (this.#logits !== null) return this.#logits(x);
    const output = this.forward(x);
    const kind = this.#kindOf(output);
    if (kind === "logits") return output;
    throw new ArgumentError(
      `${this.name} gives ${kind}, and its logits are not known; take output "forward" or "prob" in their place`,
    );
  };

  /** Probabilities [N, classes], differentiable. */
  readonly probabilities = (x: Tensor): Tensor => {
    const output = this.forward(x);
    return toProbabilities(output, this.#kindOf(output));
  };

  /**
   * A batch of one, [1, C, H, W]: what the handler's preprocess makes of a request. A picture is scaled and normalised as in
   * training; a tensor [C, H, W] or [1, C, H, W] is taken as it is, which is what TorchServe does with numbers in a request.
   * @throws ShapeError when it does not have the model's size: nothing is resized unless the handler does
   * @throws ArgumentError for a palette picture, whose indices TorchServe would take for greys without a word
   */
  transform(picture: Image | Tensor): Tensor {
    if (!(picture instanceof Tensor)) {
      if (picture.mode === "P") throw paletteError(this.name);
      const x = this.#handler.preprocess({ data: picture }, this.#context);
      this.#checkBatch(x);
      return x;
    }
    const shape = picture.shape.length === 4 ? picture.shape : [1, ...picture.shape];
    if (shape.length !== 4 || shape[0] !== 1 || !this.#takes(shape)) {
      throw new ShapeError(
        `${this.name} takes tensors ${formatShape(sizesOf(this.input))}, got ${formatShape(picture.shape)}`,
      );
    }
    const data = new Tensor(picture.to("float32").data, shape.slice(1), "float32");
    const x = this.#handler.preprocess({ data }, this.#context);
    this.#checkBatch(x);
    return x;
  }

  /** The class and the probabilities of each picture of a batch [N, C, H, W], without what the handler makes of them. */
  classify(batch: Tensor): Classification[] {
    this.#checkBatch(batch);
    return portionsOf(batch).flatMap(({ rows }) => this.#classes(noGrad(() => this.forward(rows))));
  }

  /**
   * The class, the probabilities and the handler's answer for each picture of a batch [N, C, H, W].
   * @throws CandilError when the handler cannot make an answer of the module's output
   */
  predict(batch: Tensor): Prediction[] {
    this.#checkBatch(batch);
    return portionsOf(batch).flatMap(({ rows }) => this.#predict(rows));
  }

  #predict(batch: Tensor): Prediction[] {
    const handler = this.#handler;
    const output = noGrad(() => this.forward(batch));
    const answers = noGrad(() =>
      handler.postprocess(handler.inference?.(batch, this.#context) ?? output, this.#context),
    );
    if (answers.length !== batch.shape[0]) {
      throw new ArgumentError(
        `${this.name}: number of batch response mismatched, expect: ${batch.shape[0]}, got: ${answers.length}`,
      );
    }
    return this.#classes(output).map((said, i) => ({ ...said, answer: answers[i] }));
  }

  /** Whether the handler explains in its own way; if not, `attribute` is the explanation. */
  get hasInsights(): boolean {
    return this.#handler.explain !== null;
  }

  /**
   * The handler's own explanation of one picture or tensor, for the class `target`, as TorchServe asks for it.
   * @param batch what {@link transform} made of the picture, where that is known
   * @throws ArgumentError when the handler has none, see {@link hasInsights}
   */
  insights(picture: Image | Tensor, target: number, batch = this.transform(picture)): JsonValue {
    const { explain } = this.#handler;
    if (explain === null) throw new ArgumentError(`${this.name}: its handler does not explain by itself`);
    const answers = explain(batch, { data: picture }, target, this.#context);
    if (answers.length === 1) return answers[0];
    throw new ArgumentError(
      `${this.name}: number of batch response mismatched, expect: 1, got: ${answers.length}`,
    );
  }

  /**
   * Attributions [C, H, W] of each picture of a batch, and nothing else: what TorchServe's `/explanations` answers.
   * @throws ArgumentError, IndexRangeError when the options are not possible
   */
  attribute(batch: Tensor, options: ExplainOptions): Tensor[] {
    this.#checkBatch(batch);
    this.checkOptions(options, batch.shape[0]);
    return explained(batch, options).flatMap(([rows, own]) => attribute(this, rows, own, false).attributions);
  }

  /**
   * Attributions of each picture of a batch with all that is known beside them.
   * @throws ArgumentError, IndexRangeError when the options are not possible
   */
  explain(batch: Tensor, options: ExplainOptions): Explanation[] {
    this.#checkBatch(batch);
    this.checkOptions(options, batch.shape[0]);
    return explained(batch, options).flatMap(([rows, own]) => this.#explain(rows, own));
  }

  #explain(batch: Tensor, options: ExplainOptions): Explanation[] {
    const { attributions, targets, deltas, nSteps } = attribute(this, batch, options, true);
    return this.classify(batch).map((said, i) => ({
      ...said,
      target: targets[i],
      method: options.method ?? "integrated_gradients",
      nSteps,
      baseline: options.baseline ?? "zero",
      output: options.output ?? "forward",
      convergenceDelta: deltas === null ? null : deltas[i],
      attributions: attributions[i],
    }));
  }

  /**
   * Checks options without computing anything.
   * @throws ArgumentError, IndexRangeError
   */
  checkOptions(options: ExplainOptions, examples = 1): void {
    checkExplainOptions(options, this.classes.length, examples);
  }

  /**
   * The tensor [1, C, H, W] that stands for an all-black picture.
   * @param like inputs of this size; those of the model unless said
   */
  black(like: InputSize = this.input): Tensor {
    const { channels, height, width } = like;
    if (height < 1 || width < 1 || (channels !== 1 && channels !== 3)) {
      throw new ArgumentError(
        `${this.name} takes ${sizeText(like)}: there is no black picture of that size; take a number as the baseline`,
      );
    }
    const pixels = new Uint8Array(channels * height * width);
    return this.transform(new Image(width, height, channels === 1 ? "L" : "RGB", pixels));
  }

  #classes(output: Tensor): Classification[] {
    const scores = noGrad(() => toProbabilities(output, this.#kindOf(output)));
    return rowsOf(scores).map((row) => ({ prediction: firstMaximum(row), scores: row }));
  }

  #kindOf(output: Tensor): OutputKind {
    this.#output ??= kindOfOutput(rowsOf(output));
    return this.#output;
  }

  #checkBatch(batch: Tensor): void {
    if (batch.ndim !== 4 || batch.shape[0] === 0) {
      throw new ShapeError(
        `${this.name}: expected a batch [N, C, H, W], got ${formatShape(batch.shape)}; transform() makes one`,
      );
    }
    if (this.#takes(batch.shape)) return;
    const [, channels, height, width] = batch.shape;
    throw new ShapeError(
      `${this.name} takes pictures of ${sizeText(this.input)}; got ${sizeText({ channels, height, width })}`,
    );
  }

  /** Whether inputs [N, C, H, W] have the model's size. */
  #takes([, ...sizes]: readonly number[]): boolean {
    return sizesOf(this.input).every((size, i) => size === -1 || size === sizes[i]);
  }
}

/** A batch in portions, each with its own targets. */
function explained(batch: Tensor, options: ExplainOptions): (readonly [Tensor, ExplainOptions])[] {
  const { target, nSteps = DEFAULT_STEPS } = options;
  return portionsOf(batch, nSteps).map(({ begin, rows }) => {
    const own = typeof target === "object" ? target.slice(begin, begin + rows.shape[0]) : target;
    return [rows, { ...options, target: own }];
  });
}

function isCaptured(forward: ((x: Tensor) => Tensor) | Captured): forward is Captured {
  return "describe" in forward;
}

function sizesOf({ channels, height, width }: InputSize): readonly number[] {
  return [channels, height, width];
}

function paletteError(name: string): ArgumentError {
  return new ArgumentError(
    `${name} takes pictures of grey or colour values; got a palette picture (mode P). Save it as 8-bit grey or RGB`,
  );
}

function sizeText({ channels, height, width }: InputSize): string {
  const some = (size: number): string => (size === -1 ? "any" : String(size));
  return `${some(channels)} ${channels === 1 ? "channel" : "channels"}, ${some(height)} x ${some(width)}`;
}

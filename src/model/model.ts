/**
 * @module
 * A loaded model: a module, the transform that its pictures go through, and what its answers mean.
 */

import { noGrad } from "../autograd/grad-mode.ts";
import { ArgumentError, formatShape, ShapeError } from "../errors.ts";
import { exp } from "../ops/index.ts";
import { capture, Runtime } from "../runtime/index.ts";
import { fromData } from "../tensor/creation.ts";
import { sameShape } from "../tensor/shape.ts";
import { Tensor } from "../tensor/tensor.ts";
import type { Captured } from "../runtime/index.ts";
import type { Image } from "../vision/image.ts";
import { attribute } from "./attribute.ts";
import { checkExplainOptions } from "./explain-options.ts";
import type { ExplainBaseline, ExplainMethod, ExplainOptions, ExplainOutput } from "./explain-options.ts";

/** Sizes of one input picture. */
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
  /** Computes log-probabilities [N, classes] of pictures [N, C, H, W]; must be in evaluation mode. */
  readonly forward: (x: Tensor) => Tensor;
  /** The same up to the last layer: logits [N, classes]. */
  readonly logits: (x: Tensor) => Tensor;
  readonly input: InputSize;
  /** Turns a picture of that size into a tensor [C, H, W]. */
  readonly pictureToTensor: (image: Image) => Tensor;
  /** What {@link pictureToTensor} makes of an all-black picture. */
  readonly black: () => Tensor;
  /** What the classes are called, in order. */
  readonly classes: readonly string[];
}

/** What a model says about one picture. */
export interface Prediction {
  /** The class with the highest score; the first of equals. */
  readonly prediction: number;
  /** A probability for each class. */
  readonly scores: readonly number[];
}

/** Why a model says so, about one picture. */
export interface Explanation extends Prediction {
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
   * Log-probabilities [N, classes] of transformed pictures [N, C, H, W]; differentiable, bound to this model, and captured: each
   * shape of batch runs by a plan from its second call on.
   */
  readonly forward: Captured;
  /** Logits [N, classes]: {@link forward} before its last layer. */
  readonly logits: Captured;
  readonly #spec: ModelSpec;

  constructor(spec: ModelSpec) {
    this.#spec = spec;
    this.name = spec.name;
    this.version = spec.version ?? "1.0";
    this.description = spec.description;
    this.input = spec.input;
    this.classes = spec.classes;
    const runtime = new Runtime();
    this.forward = capture(spec.forward, runtime);
    this.logits = capture(spec.logits, runtime);
  }

  /** Probabilities [N, classes], differentiable. */
  readonly probabilities = (x: Tensor): Tensor => exp(this.forward(x));

  /**
   * A batch of one, [1, C, H, W]. A picture is scaled and normalised as in training; a tensor [C, H, W] or [1, C, H, W]
   * is taken as it is, which is what TorchServe does with numbers in a request.
   * @throws ShapeError when it does not have the model's size: nothing is resized
   * @throws ArgumentError for a palette picture, whose indices TorchServe would take for greys without a word
   */
  transform(picture: Image | Tensor): Tensor {
    if (!(picture instanceof Tensor)) {
      this.#checkSize(picture.channels, picture.height, picture.width);
      if (picture.mode === "P") throw paletteError(this.name);
      return this.#batched(this.#spec.pictureToTensor(picture));
    }
    const { channels, height, width } = this.input;
    const shape = picture.shape.length === 4 ? picture.shape : [1, ...picture.shape];
    if (!sameShape(shape, [1, channels, height, width])) {
      throw new ShapeError(
        `${this.name} takes tensors ${formatShape([channels, height, width])}, got ${formatShape(picture.shape)}`,
      );
    }
    return this.#batched(picture);
  }

  /** The class and the probabilities of each picture of a batch [N, C, H, W]. */
  predict(batch: Tensor): Prediction[] {
    this.#checkBatch(batch);
    const scores = noGrad(() => this.probabilities(batch));
    const classes = this.classes.length;
    return Array.from({ length: batch.shape[0] }, (_, i) => {
      const row = Array.from(scores.data.subarray(i * classes, (i + 1) * classes));
      return { prediction: firstMaximum(row), scores: row };
    });
  }

  /**
   * Attributions [C, H, W] of each picture of a batch, and nothing else: what TorchServe's `/explanations` answers.
   * @throws ArgumentError, IndexRangeError when the options are not possible
   */
  attribute(batch: Tensor, options: ExplainOptions): Tensor[] {
    this.#checkBatch(batch);
    this.checkOptions(options, batch.shape[0]);
    return attribute(this, batch, options, false).attributions;
  }

  /**
   * Attributions of each picture of a batch with all that is known beside them.
   * @throws ArgumentError, IndexRangeError when the options are not possible
   */
  explain(batch: Tensor, options: ExplainOptions): Explanation[] {
    this.#checkBatch(batch);
    this.checkOptions(options, batch.shape[0]);
    const { attributions, targets, deltas, nSteps } = attribute(this, batch, options, true);
    return this.predict(batch).map((prediction, i) => ({
      ...prediction,
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

  /** The tensor [1, C, H, W] that stands for an all-black picture. */
  black(): Tensor {
    return this.transform(this.#spec.black());
  }

  #batched(x: Tensor): Tensor {
    const { channels, height, width } = this.input;
    const shape = [1, channels, height, width];
    return x.dtype === "float32" ? fromData(x.data as Float32Array, shape) : this.#batched(x.to("float32"));
  }

  #checkBatch(batch: Tensor): void {
    const [examples, channels, height, width] = batch.shape;
    if (batch.ndim !== 4 || examples === 0) {
      throw new ShapeError(
        `${this.name}: expected a batch [N, C, H, W], got ${formatShape(batch.shape)}; transform() makes one`,
      );
    }
    this.#checkSize(channels, height, width);
  }

  #checkSize(channels: number, height: number, width: number): void {
    const { input } = this;
    if (channels === input.channels && height === input.height && width === input.width) return;
    throw new ShapeError(
      `${this.name} takes pictures of ${sizeText(input)}; got ${sizeText({ channels, height, width })}`,
    );
  }
}

function paletteError(name: string): ArgumentError {
  return new ArgumentError(
    `${name} takes pictures of grey or colour values; got a palette picture (mode P). Save it as 8-bit grey or RGB`,
  );
}

function sizeText({ channels, height, width }: InputSize): string {
  return `${channels} ${channels === 1 ? "channel" : "channels"}, ${height} x ${width}`;
}

/**
 * As `torch.argmax`: the first of equals, and NaN counts as the highest.
 * @throws ArgumentError when there is nothing to choose from
 */
function firstMaximum(values: readonly number[]): number {
  if (values.length === 0) throw new ArgumentError("argmax: expected at least one class, got none");
  let best = 0;
  for (let i = 1; i < values.length && !Number.isNaN(values[best]); i++) {
    if (values[i] > values[best] || Number.isNaN(values[i])) best = i;
  }
  return best;
}

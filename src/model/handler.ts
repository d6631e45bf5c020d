/**
 * @module
 * What stands around a module: from a request's data to a tensor, and from the module's output to the answer. The twin of
 * TorchServe's handlers, in TypeScript.
 */

import { ArgumentError } from "../errors.ts";
import { Tensor } from "../tensor/tensor.ts";
import type { Image } from "../vision/image.ts";
import { floats, isList } from "./json-value.ts";
import type { JsonValue } from "./json-value.ts";

/** What one request brings: TorchServe's row, its picture decoded. */
export interface Row {
  /** What stood under `data`, else `body`: a picture, or numbers as they came. */
  readonly data: Image | Tensor;
}

/** What a handler may use. */
export interface HandlerContext {
  readonly modelName: string;
  readonly version: string;
  /** The module in evaluation mode: a batch [N, ...] to its output. Differentiable. */
  readonly forward: (x: Tensor) => Tensor;
  /** index_to_name.json: names of classes by index as text; null when there is none. */
  readonly labels: ReadonlyMap<string, string> | null;
  /** model-config.yaml as it is; empty when there is none. */
  readonly config: ReadonlyMap<unknown, unknown>;
}

/**
 * A handler. TorchServe's methods of the same names, but for `preprocess`, which is given one row at a time: a bad picture
 * is then its sender's business alone.
 */
export interface Handler {
  /** Called once, before anything else. @throws CandilError when the model cannot be served */
  initialize(context: HandlerContext): void;
  /** One row to a tensor [1, ...]. @throws CandilError for what the row's sender did wrong */
  preprocess(row: Row, context: HandlerContext): Tensor;
  /** A batch [N, ...] to the output that `postprocess` gets, without gradients; null for the module's own output. */
  readonly inference: ((batch: Tensor, context: HandlerContext) => Tensor) | null;
  /** The output of a batch to one answer for each of its rows. */
  postprocess(output: Tensor, context: HandlerContext): readonly JsonValue[];
  /**
   * The explanation of one row, a list with one value. Null for a handler that leaves it to the model: Integrated Gradients
   * with 15 steps, as TorchServe's `VisionHandler`.
   * @param batch the row's tensor [1, ...]
   */
  readonly explain:
    ((batch: Tensor, row: Row, target: number, context: HandlerContext) => readonly JsonValue[]) | null;
}

/** What {@link defineHandler} takes: any of a handler's methods. */
export interface HandlerHooks extends Partial<Omit<Handler, "explain">> {
  /** A picture to a tensor [C, H, W], in the place of `preprocess`: torchvision's transforms, as `image_processing`. */
  readonly imageProcessing?: (image: Image) => Tensor;
  /** TorchServe's `explain_handle`. */
  readonly explain?: Handler["explain"];
  /** TorchServe's `get_insights`: attributions of a batch [1, ...] for the class `target`. */
  readonly getInsights?: (batch: Tensor, target: number, context: HandlerContext) => readonly JsonValue[];
}

/**
 * A handler from the methods that differ from the usual ones: pictures go through `imageProcessing`, numbers are taken as
 * they are, the module runs on the batch, and the answer is its output as nested lists (TorchServe's `BaseHandler`).
 *
 * @example
 * const handler = defineHandler({
 *   imageProcessing: (image) => normalize.apply(toTensor.apply(image)),
 *   postprocess: (output) => argmax(output, 1).toArray(),
 * });
 */
export function defineHandler(hooks: HandlerHooks): Handler {
  const { explain, getInsights, imageProcessing } = hooks;
  const insights: Handler["explain"] =
    getInsights === undefined ? null : (batch, _, target, context) => getInsights(batch, target, context);
  return {
    initialize: hooks.initialize ?? (() => undefined),
    preprocess: hooks.preprocess ?? ((row) => batchOfOne(row, imageProcessing ?? noPictures)),
    inference: hooks.inference ?? null,
    postprocess: hooks.postprocess ?? lists,
    explain: explain ?? insights,
  };
}

/** A row as a batch of one: a picture after its transform, numbers as they are, with the first dimension added. */
export function batchOfOne({ data }: Row, imageProcessing: (image: Image) => Tensor): Tensor {
  if (!(data instanceof Tensor)) return leading(imageProcessing(data));
  return data.shape.length === 4 && data.shape[0] === 1 ? data : leading(data);
}

function leading(x: Tensor): Tensor {
  return new Tensor(x.data, [1, ...x.shape], x.dtype);
}

function lists(output: Tensor): readonly JsonValue[] {
  const value = floats(output.toArray());
  if (isList(value)) return value;
  throw new ArgumentError("postprocess: expected one value for each row, got a single number");
}

function noPictures(): never {
  throw new ArgumentError(
    "this handler takes numbers, not pictures; serve the model with image_classifier, or with a handler that has an " +
      "image_processing",
  );
}

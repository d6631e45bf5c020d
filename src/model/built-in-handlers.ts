/**
 * @module
 * TorchServe's default handlers that serve image classifiers.
 */

import { ArgumentError } from "../errors.ts";
import { softmax } from "../ops/index.ts";
import type { Tensor } from "../tensor/tensor.ts";
import type { Image } from "../vision/image.ts";
import { CenterCrop, Compose, Normalize, Resize, ToTensor } from "../vision/transforms/index.ts";
import type { Transform } from "../vision/transforms/index.ts";
import { asFloatTensor } from "./float-tensor.ts";
import { defineHandler } from "./handler.ts";
import type { Handler } from "./handler.ts";
import { Float } from "./json-value.ts";
import type { JsonValue } from "./json-value.ts";
import { firstMaximum, rowsOf } from "./rows.ts";

/** Classes that `image_classifier` names unless told otherwise. */
export const TOP_K = 5;

/** The statistics of ImageNet's pictures, as torchvision's models expect them. */
export const imageNetTransform: Transform = new Compose([
  new Resize(256),
  new CenterCrop(224),
  new ToTensor(),
  new Normalize({ mean: [0.485, 0.456, 0.406], std: [0.229, 0.224, 0.225] }),
]);

/** Applies a transform to a picture, for the tensor at its end. @throws ArgumentError when there is none */
export function tensorOf(transform: Transform, image: Image): Tensor {
  return asFloatTensor(transform.apply(image));
}

/** `BaseHandler`: numbers in, nested lists out. */
export const baseHandler: Handler = defineHandler({});

/**
 * `ImageClassifier`: ImageNet's transform, and the five most probable classes with their probabilities.
 * @throws ArgumentError for a model with fewer than five classes, as TorchServe's fails
 */
export const imageClassifier: Handler = defineHandler({
  imageProcessing: (image) => tensorOf(imageNetTransform, image),
  postprocess: (output, { labels }) => topClasses(output, labels, TOP_K),
});

/** Digits: the class with the highest score, for each row. TorchServe's MNIST example. */
export const mnistHandler: Handler = defineHandler({
  imageProcessing: (image) => tensorOf(mnistTransform, image),
  postprocess: (output) => rowsOf(output).map(firstMaximum),
});

const mnistTransform: Transform = new Compose([
  new ToTensor(),
  // Mean and standard deviation of the training pixels, as torchvision's examples round them.
  new Normalize({ mean: [0.1307], std: [0.3081] }),
]);

/**
 * The `k` most probable classes of each row, highest first, as `{name: probability}`: softmax, `torch.topk`, and TorchServe's
 * `map_class_to_label`. Of equals the first comes first.
 * @throws ArgumentError when there are fewer classes, or a class has no name although there are names
 */
export function topClasses(
  output: Tensor,
  labels: ReadonlyMap<string, string> | null,
  k: number,
): readonly JsonValue[] {
  return rowsOf(softmax(output, 1)).map((row) => {
    if (row.length < k) {
      throw new ArgumentError(
        `image_classifier names the ${k} most probable classes, but this model knows ${row.length}; give the archive a ` +
          `handler of its own with topk = ${row.length}`,
      );
    }
    const order = Array.from(row.keys()).sort((a, b) => row[b] - row[a]);
    return new Map(order.slice(0, k).map((index) => [nameOf(index, labels), new Float(row[index])]));
  });
}

function nameOf(index: number, labels: ReadonlyMap<string, string> | null): string {
  const name = labels === null ? String(index) : labels.get(String(index));
  if (name !== undefined) return name;
  throw new ArgumentError(`index_to_name.json has no name for class ${index}`);
}

/**
 * @module
 * Input tensors of the Open Inference Protocol as examples for a picture model.
 *
 * | tensor | examples |
 * | --- | --- |
 * | BYTES, any shape | each element is a picture: PNG or JPEG bytes, or their base64 (TorchServe's way) |
 * | UINT8 [length] that begins as a PNG or JPEG | that picture |
 * | numbers [C, H, W] | one, used as it is: not scaled, not normalised (TorchServe: each tensor is a sample) |
 * | numbers [N, C, H, W] | N of them |
 */

import { FormatError } from "../../../errors.ts";
import type { InferTensor } from "../../../oip/index.ts";
import { decodeBase64 } from "../../request/base64.ts";
import { looksLikePicture } from "../../request/content.ts";
import { RequestError } from "../../errors.ts";
import { checkInstances } from "../ask-all.ts";
import type { JobInput } from "../subject.ts";

/** The examples of one input tensor. */
export interface InputExamples {
  readonly name: string;
  readonly examples: readonly JobInput[];
  /** Whether the answer has an axis for the examples, as the input has. */
  readonly batched: boolean;
}

/**
 * @throws RequestError, FormatError when a tensor is empty, too long or holds no pictures
 */
export function inputExamples(tensor: InferTensor): InputExamples {
  const { name } = tensor;
  if (tensor.data.length === 0) throw new FormatError(`input "${name}" is empty`);
  if (tensor.datatype === "BYTES") {
    checkInstances(tensor.data.length);
    const examples = tensor.data.map((element) => picture(element));
    return { name, examples, batched: examples.length > 1 };
  }
  if (tensor.datatype === "UINT8" && tensor.shape.length === 1 && looksLikePicture(tensor.data)) {
    return { name, examples: [{ kind: "picture", bytes: tensor.data }], batched: false };
  }
  const numbers = toFloat32(tensor);
  if (tensor.shape.length !== 4) {
    return { name, examples: [{ kind: "numbers", data: numbers, shape: tensor.shape }], batched: false };
  }
  const [count, ...shape] = tensor.shape;
  checkInstances(count);
  const size = numbers.length / count;
  const examples = Array.from({ length: count }, (_, i) => {
    return { kind: "numbers", data: numbers.slice(i * size, (i + 1) * size), shape } as const;
  });
  return { name, examples, batched: true };
}

function picture(element: Uint8Array): JobInput {
  const bytes = looksLikePicture(element)
    ? element
    : decodeBase64(Buffer.from(element.buffer, element.byteOffset, element.byteLength).toString("latin1"));
  return { kind: "picture", bytes: new Uint8Array(bytes) };
}

function toFloat32(tensor: Exclude<InferTensor, { datatype: "BYTES" }>): Float32Array {
  const numbers = Float32Array.from(tensor.data as ArrayLike<number | bigint>, Number);
  const foreign = numbers.findIndex((value) => !Number.isFinite(value));
  if (foreign < 0) return numbers;
  throw new RequestError(
    "badRequest",
    `input "${tensor.name}": element ${foreign} is ${tensor.data[foreign]}, expected finite float32 numbers.`,
  );
}

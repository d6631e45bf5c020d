/**
 * @module
 * The MNIST digits as tensors.
 */

import { FormatError } from "../errors.ts";
import { Tensor } from "../tensor/tensor.ts";
import { parseIdx } from "./idx.ts";

/** Pixels of one digit: 28 x 28. */
export const MNIST_PIXELS = 784;

/** Mean of the training pixels, of which 0 is black and 1 white, as PyTorch's example has it. */
export const MNIST_MEAN = 0.1307;
/** Their standard deviation, the same. */
export const MNIST_STD = 0.3081;

/** Digits with their labels. */
export class MnistDigits {
  /** Gray values, 784 for each digit. */
  readonly pixels: Uint8Array;
  /** The digit that each picture shows, 0 to 9. */
  readonly labels: Uint8Array;

  /** @param pixels 784 for each label */
  constructor(pixels: Uint8Array, labels: Uint8Array) {
    this.pixels = pixels;
    this.labels = labels;
  }

  /**
   * Reads the two IDX files of one half of MNIST.
   * @param name for messages
   * @throws FormatError when the files do not belong together, or are not MNIST's
   */
  static fromIdx(images: Uint8Array, labels: Uint8Array, name: string): MnistDigits {
    const pixels = parseIdx(images, `${name} images`);
    const classes = parseIdx(labels, `${name} labels`);
    const [count, height, width] = pixels.shape;
    if (pixels.shape.length !== 3 || height * width !== MNIST_PIXELS || height !== width) {
      throw new FormatError(`${name} images: expected N x 28 x 28, got ${pixels.shape.join(" x ")}`);
    }
    if (classes.shape.length !== 1 || classes.shape[0] !== count) {
      throw new FormatError(`${name} labels: expected ${count} labels, got ${classes.shape.join(" x ")}`);
    }
    if (classes.values.some((label) => label > 9))
      throw new FormatError(`${name} labels: a label is above 9`);
    return new MnistDigits(pixels.values, classes.values);
  }

  /** The first `count` digits. */
  first(count: number): MnistDigits {
    return new MnistDigits(this.pixels.subarray(0, count * MNIST_PIXELS), this.labels.subarray(0, count));
  }

  /** How many digits there are. */
  get length(): number {
    return this.labels.length;
  }

  /**
   * Digits as the nets take them: ToTensor (divided by 255), then Normalize(0.1307, 0.3081), in float32 steps.
   * @param indices which digits, in which order
   * @returns images `[N, 1, 28, 28]` and labels `[N]`
   */
  batch(indices: ArrayLike<number>): {
    readonly images: Tensor<"float32">;
    readonly labels: Tensor<"int32">;
  } {
    const images = new Float32Array(indices.length * MNIST_PIXELS);
    const labels = new Int32Array(indices.length);
    for (let i = 0; i < indices.length; i++) {
      const from = indices[i] * MNIST_PIXELS;
      for (let p = 0; p < MNIST_PIXELS; p++) images[i * MNIST_PIXELS + p] = normalized[this.pixels[from + p]];
      labels[i] = this.labels[indices[i]];
    }
    return {
      images: new Tensor(images, [indices.length, 1, 28, 28], "float32"),
      labels: new Tensor(labels, [indices.length], "int32"),
    };
  }
}

/** Every gray value normalised: division, subtraction and division each rounded to float32, as torchvision's are. */
const normalized = Float32Array.from({ length: 256 }, (_, value) => {
  const centred = Math.fround(Math.fround(value / 255) - Math.fround(MNIST_MEAN));
  return centred / Math.fround(MNIST_STD);
});

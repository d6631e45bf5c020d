/**
 * @module
 * Centring and scaling each channel.
 */

import { ArgumentError, DTypeError, formatShape, ShapeError } from "../../errors.ts";
import { Tensor } from "../../tensor/tensor.ts";
import type { AnyTensor } from "../../tensor/tensor.ts";
import { expectTensor } from "./transform.ts";
import type { Picture, Transform } from "./transform.ts";

/** Settings of {@link Normalize}. */
export interface NormalizeOptions {
  /** One for each channel, or a single one for all. */
  readonly mean: readonly number[];
  /** One for each channel, or a single one for all; none may be 0. */
  readonly std: readonly number[];
  /** Taken for the sake of Python's callers and without effect: the given tensor is never changed. */
  readonly inplace?: boolean;
}

/**
 * (x − mean) / std, channel by channel. As `torchvision.transforms.Normalize`, to the bit: mean and std are rounded to
 * the tensor's dtype first, and the difference is rounded before it is divided.
 *
 * @example
 * new Normalize({ mean: [0.1307], std: [0.3081] }).apply(zeros([1, 28, 28])); // −0.4242 everywhere
 */
export class Normalize implements Transform {
  readonly mean: readonly number[];
  readonly std: readonly number[];

  /** @throws ArgumentError when mean and std do not go together, or a std is 0 */
  constructor({ mean, std }: NormalizeOptions) {
    if (mean.length === 0 || std.length === 0)
      throw new ArgumentError("Normalize: mean and std must not be empty");
    if (std.some((value) => value === 0))
      throw new ArgumentError("Normalize: a std of 0 would divide by zero");
    if (mean.length !== std.length && mean.length !== 1 && std.length !== 1) {
      throw new ArgumentError(`Normalize: ${mean.length} means do not go with ${std.length} stds`);
    }
    this.mean = [...mean];
    this.std = [...std];
  }

  /**
   * @throws ShapeError when it is given a picture, or there are more or fewer channels than means
   * @throws DTypeError when the tensor holds integers
   */
  apply(picture: Picture): Tensor {
    const x = expectTensor("Normalize", picture);
    const { shape } = x;
    const channels = shape[shape.length - 3];
    const given = Math.max(this.mean.length, this.std.length);
    if (given !== 1 && given !== channels) {
      throw new ShapeError(
        `Normalize: ${given} means and stds do not fit ${formatShape(shape)}: it has ${channels} channels`,
      );
    }
    return this.#normalize(x, channels, shape[shape.length - 2] * shape[shape.length - 1]);
  }

  #normalize(x: AnyTensor, channels: number, plane: number): Tensor {
    const source = x.data;
    if (!(source instanceof Float32Array || source instanceof Float64Array)) {
      throw new DTypeError(
        `Normalize: expected a floating-point tensor, got ${x.dtype}; a picture of 16 bits gives int16`,
      );
    }
    const single = source instanceof Float32Array;
    const data = single ? new Float32Array(source.length) : new Float64Array(source.length);
    for (let start = 0, c = 0; start < data.length; start += plane, c = (c + 1) % channels) {
      const mean = pick(this.mean, c, single);
      const std = pick(this.std, c, single);
      // Storing the difference rounds it to the dtype; dividing the sum of both steps at once would round only once.
      for (let i = start; i < start + plane; i++) {
        data[i] = source[i] - mean;
        data[i] /= std;
      }
    }
    return single
      ? new Tensor(data as Float32Array, x.shape, "float32")
      : new Tensor(data as Float64Array, x.shape, "float64");
  }

  toString(): string {
    return `Normalize(mean=[${this.mean.join(", ")}], std=[${this.std.join(", ")}])`;
  }
}

function pick(values: readonly number[], channel: number, single: boolean): number {
  const value = values.length === 1 ? values[0] : values[channel];
  return single ? Math.fround(value) : value;
}

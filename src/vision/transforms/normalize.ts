/**
 * @module
 * Normalisation of channels.
 */

import { ArgumentError, ShapeError, formatShape } from "../../errors.ts";
import { allocate } from "../../tensor/dtype.ts";
import { Tensor } from "../../tensor/tensor.ts";
import type { AnyTensor } from "../../tensor/tensor.ts";
import type { Image } from "../image.ts";
import { floatTensor } from "./transform.ts";
import type { Transform } from "./transform.ts";

/** Options of {@link Normalize}. */
export interface NormalizeOptions {
  /** Whether the argument may be overwritten; false unless said. */
  readonly inplace?: boolean;
}

/**
 * `(x - mean[c]) / std[c]` for each channel c of a floating-point tensor [..., C, H, W]. As
 * `torchvision.transforms.Normalize`, to the bit: mean and standard deviation are rounded to the tensor's own element
 * type first, then subtraction and division round once each. One mean or deviation serves all channels.
 */
export class Normalize implements Transform<Image | AnyTensor, Tensor> {
  readonly mean: readonly number[];
  readonly std: readonly number[];
  readonly inplace: boolean;

  constructor(mean: readonly number[], std: readonly number[], options: NormalizeOptions = {}) {
    this.mean = mean;
    this.std = std;
    this.inplace = options.inplace ?? false;
  }

  /**
   * @throws DTypeError when given a picture or integers
   * @throws ShapeError when there are fewer than three dimensions, or means do not fit the channels
   * @throws ArgumentError when a deviation is 0 in the tensor's element type
   */
  apply(input: Image | AnyTensor): Tensor {
    const x = floatTensor("Normalize", input);
    const mean = this.#perChannel("mean", this.mean, x);
    const std = this.#perChannel("std", this.std, x);
    if (std.includes(0)) {
      throw new ArgumentError(
        `Normalize: a standard deviation of 0 would divide by zero, got [${this.std.join(", ")}]`,
      );
    }
    const result = this.inplace ? x : new Tensor(allocate(x.dtype, x.data.length), x.shape, x.dtype);
    const channels = x.size(-3);
    const area = x.size(-2) * x.size(-1);
    for (let i = 0; i < x.data.length; i++) {
      const c = Math.floor(i / area) % channels;
      // The difference is stored, and with that rounded to float32, before it is divided.
      result.data[i] = x.data[i] - mean[c];
      result.data[i] /= std[c];
    }
    return result;
  }

  #perChannel(name: string, values: readonly number[], x: Tensor): Float32Array | Float64Array {
    const channels = x.ndim < 3 ? 0 : x.size(-3);
    if (x.ndim < 3 || (values.length !== 1 && values.length !== channels)) {
      throw new ShapeError(
        `Normalize: ${values.length} values of ${name} do not fit a tensor ${formatShape(x.shape)}; ` +
          "expected [..., C, H, W] and one value, or one for each channel",
      );
    }
    const rounded = allocate(x.dtype, Math.max(channels, values.length));
    for (let c = 0; c < rounded.length; c++) rounded[c] = values[values.length === 1 ? 0 : c];
    return rounded;
  }
}

/**
 * @module
 * Colours to gray.
 */

import { ArgumentError, DTypeError, formatShape, ShapeError } from "../../errors.ts";
import { allocate } from "../../tensor/dtype.ts";
import { Tensor } from "../../tensor/tensor.ts";
import type { AnyTensor } from "../../tensor/tensor.ts";
import { toGray } from "../gray.ts";
import { Image } from "../image.ts";
import { expectTensor, isTensor } from "./transform.ts";
import type { Picture, Transform } from "./transform.ts";

/** Settings of {@link Grayscale}. */
export interface GrayscaleOptions {
  /** 1, or 3 equal ones for nets that take colours; 1 unless said. */
  readonly numOutputChannels?: 1 | 3;
}

/** The shares of red, green and blue in float32; not quite those of pictures, which add up to 1. */
const shares = [0.2989, 0.587, 0.114].map(Math.fround);

/**
 * Gray of one or three channels. As `torchvision.transforms.Grayscale`, to the bit: pictures as Pillow's `convert("L")`,
 * tensors `[..., 3, H, W]` as 0.2989 R + 0.587 G + 0.114 B in steps of float32.
 *
 * @example
 * new Compose([new Grayscale(), new ToTensor()]).apply(colours); // [1, H, W]
 */
export class Grayscale implements Transform {
  readonly numOutputChannels: 1 | 3;

  /** @throws ArgumentError when the number of channels is neither 1 nor 3 */
  constructor(options: GrayscaleOptions = {}) {
    this.numOutputChannels = options.numOutputChannels ?? 1;
    if (this.numOutputChannels !== 1 && this.numOutputChannels !== 3) {
      throw new ArgumentError(`Grayscale: expected 1 or 3 channels, got ${String(this.numOutputChannels)}`);
    }
  }

  /**
   * @throws ShapeError for tensors that have neither 1 nor 3 channels
   * @throws DTypeError for tensors of other types than float32, float64 and uint8
   */
  apply(picture: Picture): Picture {
    if (isTensor(picture)) return grayTensor(expectTensor("Grayscale", picture), this.numOutputChannels);
    const gray = toGray(picture);
    if (this.numOutputChannels === 1) return gray;
    const { width, height, data } = gray;
    return new Image(
      width,
      height,
      "RGB",
      Uint8Array.from({ length: 3 * data.length }, (_, i) => data[Math.floor(i / 3)]),
    );
  }

  toString(): string {
    return `Grayscale(num_output_channels=${this.numOutputChannels})`;
  }
}

function grayTensor(x: AnyTensor, outputs: 1 | 3): AnyTensor {
  const channels = x.shape[x.ndim - 3];
  if (channels !== 1 && channels !== 3) {
    throw new ShapeError(`Grayscale: expected 1 or 3 channels, got ${formatShape(x.shape)}`);
  }
  const { data } = x;
  const area = x.shape[x.ndim - 2] * x.shape[x.ndim - 1];
  const pictures = data.length / (channels * area);
  const result = allocate(x.dtype, pictures * outputs * area);
  if (!isMixed(data) || !isMixed(result)) {
    throw new DTypeError(`Grayscale: expected a tensor of float32, float64 or uint8, got ${x.dtype}`);
  }
  const round = data instanceof Float64Array ? (value: number): number => value : Math.fround;
  for (let i = 0; i < pictures * area; i++) {
    const picture = Math.floor(i / area);
    const at = picture * channels * area + (i % area);
    const gray = channels === 1 ? data[at] : mix(data[at], data[at + area], data[at + 2 * area], round);
    for (let c = 0; c < outputs; c++) result[(picture * outputs + c) * area + (i % area)] = gray;
  }
  return new Tensor(result, [...x.shape.slice(0, -3), outputs, ...x.shape.slice(-2)], x.dtype);
}

function mix(red: number, green: number, blue: number, round: (value: number) => number): number {
  const exact = round !== Math.fround;
  const [r, g, b] = exact ? [0.2989, 0.587, 0.114] : shares;
  return round(round(round(r * red) + round(g * green)) + round(b * blue));
}

function isMixed(data: AnyTensor["data"]): data is Float32Array | Float64Array | Uint8Array {
  return data instanceof Float32Array || data instanceof Float64Array || data instanceof Uint8Array;
}

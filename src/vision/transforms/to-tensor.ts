/**
 * @module
 * From a picture to a tensor: with and without scaling to 0..1.
 */

import { Tensor } from "../../tensor/tensor.ts";
import type { AnyTensor } from "../../tensor/tensor.ts";
import type { Image, Samples } from "../image.ts";
import { expectImage } from "./transform.ts";
import type { Picture, Transform } from "./transform.ts";

/** Every 8-bit sample divided by 255 and rounded to float32. */
const scaled = Float32Array.from({ length: 256 }, (_, sample) => sample / 255);

/**
 * A picture as a tensor `[C, H, W]`. As `torchvision.transforms.ToTensor`, to the bit: samples of 8 bits become float32
 * from 0 to 1 (a palette's indices too, as if they were gray); a picture of mode `I;16` becomes int16, neither scaled nor
 * clipped, so that samples above 32767 turn negative.
 *
 * @example
 * new ToTensor().apply(new Image(1, 1, "L", Uint8Array.of(51))); // Tensor [1, 1, 1] float32: 0.2
 */
export class ToTensor implements Transform {
  /** @throws ImageError when it is given a tensor */
  apply(picture: Picture): Tensor<"float32"> | Tensor<"int16"> {
    const image = expectImage("ToTensor", picture);
    const shape = [image.channels, image.height, image.width];
    if (image.data instanceof Uint16Array) return new Tensor(Int16Array.from(image.data), shape, "int16");
    const planes = new Float32Array(image.data.length);
    eachSample(image, (at, sample) => {
      planes[at] = scaled[sample];
    });
    return new Tensor(planes, shape, "float32");
  }

  toString(): string {
    return "ToTensor()";
  }
}

/**
 * A picture as a tensor `[C, H, W]` of its own samples: uint8, for mode `I;16` uint16, for mode `1` bool. As
 * `torchvision.transforms.PILToTensor`.
 *
 * @example
 * new PILToTensor().apply(new Image(1, 1, "L", Uint8Array.of(51))); // Tensor [1, 1, 1] uint8: 51
 */
export class PILToTensor implements Transform {
  /** @throws ImageError when it is given a tensor */
  apply(picture: Picture): AnyTensor {
    const image = expectImage("PILToTensor", picture);
    const shape = [image.channels, image.height, image.width];
    if (image.data instanceof Uint16Array) return new Tensor(image.data.slice(), shape, "uint16");
    if (image.mode === "1")
      return new Tensor(
        image.data.map((sample) => (sample === 0 ? 0 : 1)),
        shape,
        "bool",
      );
    const planes = new Uint8Array(image.data.length);
    eachSample(image, (at, sample) => {
      planes[at] = sample;
    });
    return new Tensor(planes, shape, "uint8");
  }

  toString(): string {
    return "PILToTensor()";
  }
}

/** Calls `visit` with each sample and its place in the planes `[C, H, W]`. */
function eachSample(image: Image, visit: (at: number, sample: number) => void): void {
  const { channels, data }: { channels: number; data: Samples } = image;
  const plane = image.width * image.height;
  for (let c = 0; c < channels; c++) {
    for (let pixel = 0; pixel < plane; pixel++) visit(c * plane + pixel, data[pixel * channels + c]);
  }
}

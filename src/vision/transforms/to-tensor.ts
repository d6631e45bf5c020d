/**
 * @module
 * From a picture to a tensor.
 */

import { fromData } from "../../tensor/creation.ts";
import { Tensor } from "../../tensor/tensor.ts";
import type { AnyTensor } from "../../tensor/tensor.ts";
import { Image } from "../image.ts";
import { expectImage } from "./transform.ts";
import type { Transform } from "./transform.ts";

/**
 * A picture as a tensor [C, H, W] of float32 in 0..1: each sample divided by 255. As `torchvision.transforms.ToTensor`,
 * to the bit and with its habits: nothing is converted, so mode `LA` gives two channels and mode `P` its indices / 255;
 * and mode `I;16` is not divided at all but gives int16, samples from 32768 on wrapped to negative ones, which
 * {@link Normalize} then refuses.
 */
export class ToTensor implements Transform<Image | AnyTensor, AnyTensor> {
  /** @throws DTypeError when given a tensor */
  apply(input: Image | AnyTensor): AnyTensor {
    const image = expectImage("ToTensor", input);
    const planes = toPlanes(image);
    const shape = [image.channels, image.height, image.width];
    if (image.mode === "I;16") return new Tensor(Int16Array.from(planes), shape, "int16");
    return fromData(
      Float32Array.from(planes, (sample) => sample / 255),
      shape,
    );
  }
}

/**
 * A picture as a tensor [C, H, W] of its own samples: uint8, uint16 for mode `I;16`, bool for mode `1`. As
 * `torchvision.transforms.PILToTensor`.
 */
export class PILToTensor implements Transform<Image | AnyTensor, AnyTensor> {
  /** @throws DTypeError when given a tensor */
  apply(input: Image | AnyTensor): AnyTensor {
    const image = expectImage("PILToTensor", input);
    const planes = toPlanes(image);
    const shape = [image.channels, image.height, image.width];
    if (planes instanceof Uint16Array) return new Tensor(planes, shape, "uint16");
    if (image.mode !== "1") return new Tensor(planes, shape, "uint8");
    return new Tensor(
      planes.map((sample) => (sample === 0 ? 0 : 1)),
      shape,
      "bool",
    );
  }
}

/** H x W x C to C x H x W; always a copy. */
function toPlanes({ data, channels, height, width }: Image): Uint8Array | Uint16Array {
  const planes = data.slice();
  if (channels === 1) return planes;
  const area = height * width;
  for (let i = 0; i < area; i++) {
    for (let c = 0; c < channels; c++) planes[c * area + i] = data[i * channels + c];
  }
  return planes;
}

/**
 * @module
 * Pictures to PNG files.
 */

import { PNG } from "pngjs";
import type { ColorType } from "pngjs";
import { ImageError } from "../vision/image-error.ts";
import type { Image, ImageMode } from "../vision/image.ts";
import { uninterrupted } from "./uninterrupted.ts";

/** The PNG colour type of each mode that is written; null for the others. */
const colorTypes: { readonly [M in ImageMode]: ColorType | null } = {
  L: 0,
  RGB: 2,
  LA: 4,
  RGBA: 6,
  "1": null,
  P: null,
  "I;16": null,
};

/**
 * A picture as a PNG file of 8 bits a sample. As `image.save(file, "PNG")`, with other compressed bytes.
 * @throws ImageError in modes other than `L`, `LA`, `RGB` and `RGBA`
 *
 * @example
 * await writeFile("heat.png", encodePng(heatMap(attributions)));
 */
export function encodePng(image: Image): Uint8Array {
  const { width, height, mode } = image;
  const colorType = colorTypes[mode];
  if (colorType === null) throw new ImageError(`encodePng: expected mode L, LA, RGB or RGBA, got ${mode}`);
  const png = new PNG({ width, height });
  png.data = rgbaOf(image);
  return new Uint8Array(uninterrupted(() => PNG.sync.write(png, { colorType, inputColorType: 6 })));
}

/** The four samples a pixel that pngjs takes: gray is repeated, what has no opacity is opaque. */
function rgbaOf({ width, height, channels, data }: Image): Buffer {
  const rgba = Buffer.alloc(width * height * 4, 255);
  for (let i = 0; i < width * height; i++) {
    for (let c = 0; c < 3; c++) rgba[i * 4 + c] = data[i * channels + (channels < 3 ? 0 : c)];
    if (channels % 2 === 0) rgba[i * 4 + 3] = data[(i + 1) * channels - 1];
  }
  return rgba;
}

/**
 * @module
 * Pictures in gray.
 */

import { Image } from "./image.ts";

/**
 * A picture in mode `L`. As Pillow's `convert("L")`, to the bit: ITU-R 601 luma in fixed point, opacity dropped, a palette
 * looked up, and 16 bits clipped at 255.
 */
export function toGray(image: Image): Image {
  const { width, height, channels, data, mode } = image;
  const gray = new Uint8Array(width * height);
  const colors = mode === "P" ? grayOfPalette(image.palette) : null;
  for (let i = 0; i < gray.length; i++) {
    const at = i * channels;
    if (colors !== null) gray[i] = colors[data[i]];
    else if (channels >= 3) gray[i] = luma(data[at], data[at + 1], data[at + 2]);
    else gray[i] = Math.min(255, data[at]);
  }
  return new Image(width, height, "L", gray);
}

/** 0.299 R + 0.587 G + 0.114 B in sixteen fractional bits, rounded. */
export function luma(red: number, green: number, blue: number): number {
  return (red * 19595 + green * 38470 + blue * 7471 + 0x8000) >> 16;
}

/** The gray of each index; an index that has no colour is black. */
function grayOfPalette(palette: Uint8Array | null): Uint8Array {
  const colors = palette ?? new Uint8Array();
  return Uint8Array.from({ length: 256 }, (_, i) =>
    i * 3 + 2 < colors.length ? luma(colors[i * 3], colors[i * 3 + 1], colors[i * 3 + 2]) : 0,
  );
}

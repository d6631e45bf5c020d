/**
 * @module
 * PNG: from bytes to a picture as Pillow opens it, and back. The pixels are decoded by pngjs, which is given only what
 * has been checked: it believes every header, its inflater has no limit for interlaced pictures, and it throws undefined
 * at damaged ones.
 */

import { constants, inflateSync } from "node:zlib";
import { PNG } from "pngjs";
import { ImageError } from "../vision/image-error.ts";
import { Image } from "../vision/image.ts";
import type { Samples } from "../vision/image.ts";
import { inflatedSize, readPngFile, samplesPerPixel } from "./png-file.ts";
import type { PngFile, PngHeader } from "./png-file.ts";
import { checkPixels } from "./pixel-limit.ts";
import { uninterrupted } from "./uninterrupted.ts";

/** What one byte of deflate can become at most: a match of 258 bytes takes two bits (RFC 1951, zlib's FAQ). */
const MAX_DEFLATE_RATIO = 1032;

/**
 * Decodes a PNG file. As `PIL.Image.open`, with these modes: gray of 1 bit `1`, of 2, 4 and 8 bits `L`, of 16 bits
 * `I;16`; palettes `P`; gray with alpha `LA`; `RGB`; `RGBA`. Colours of 16 bits keep their upper 8, and gray with alpha of
 * 16 bits becomes `RGBA`. Unlike Pillow, files that end early, hold more or fewer pixels than they say, or are
 * animated, are refused.
 * @param maxPixels width × height that is decoded at most
 * @throws ImageError
 */
export function decodePng(bytes: Uint8Array, maxPixels: number): Image {
  const file = readPngFile(bytes);
  checkPixels("PNG", file.header.width, file.header.height, maxPixels);
  checkPixelData(file);
  return toImage(file, decodeSamples(file));
}

/** Inflates within the bound that the header sets, so that pngjs meets nothing that is too much, too little or damaged. */
function checkPixelData({ header, idat }: PngFile): void {
  const expected = inflatedSize(header);
  if (expected > MAX_DEFLATE_RATIO * idat.length) {
    throw new ImageError(
      `PNG: the header promises ${header.width} x ${header.height} pixels, which ${idat.length} bytes cannot hold`,
    );
  }
  let size: number;
  try {
    const limits = { maxOutputLength: expected, chunkSize: chunkSize(expected) };
    size = uninterrupted(() => inflateSync(idat, limits)).length;
  } catch (error) {
    throw new ImageError("PNG: the compressed pixels are damaged, cut short, or more than the header says", {
      cause: error,
    });
  }
  if (size !== expected) throw new ImageError(`PNG: expected ${expected} bytes of pixels, got ${size}`);
}

/** Memory that zlib takes for its output at once: what a small picture needs instead of 16 KB, and a byte to see that it is more. */
function chunkSize(expected: number): number {
  return Math.max(constants.Z_MIN_CHUNK, Math.min(constants.Z_DEFAULT_CHUNK, expected + 1));
}

/** Four samples for each pixel, unscaled: gray is repeated, and palettes give their indices. */
function decodeSamples({ header, idat }: PngFile): Samples {
  try {
    // With a depth of 16 the array is a Uint16Array, whatever pngjs's types say.
    const file = minimalFile(header, idat);
    const samples: Samples = uninterrupted(() =>
      PNG.sync.read(file, { skipRescale: true, checkCRC: false }),
    ).data;
    return samples;
  } catch (error) {
    throw new ImageError("PNG: the pixels are damaged", { cause: error });
  }
}

/**
 * The same pixels in a file without anything that changes them. A palette is called gray, since pngjs would put colours
 * for the indices that Pillow keeps.
 */
function minimalFile({ width, height, depth, colorType, interlaced }: PngHeader, idat: Uint8Array): Buffer {
  const header = Buffer.alloc(13);
  header.writeUInt32BE(width, 0);
  header.writeUInt32BE(height, 4);
  header.set([depth, colorType === 3 ? 0 : colorType, 0, 0, interlaced ? 1 : 0], 8);
  const parts: Uint8Array[] = [Uint8Array.of(0x89, 0x50, 0x4e, 0x47, 0x0d, 0x0a, 0x1a, 0x0a)];
  for (const [type, data] of [
    ["IHDR", header],
    ["IDAT", idat],
    ["IEND", new Uint8Array(0)],
  ] as const) {
    const start = Buffer.alloc(8);
    start.writeUInt32BE(data.length, 0);
    start.write(type, 4, "latin1");
    // No one reads these checksums.
    parts.push(start, data, new Uint8Array(4));
  }
  return Buffer.concat(parts);
}

/** Picks the samples that the mode has out of pngjs's four. */
function toImage({ header, palette }: PngFile, rgba: Samples): Image {
  const { width, height, depth, colorType } = header;
  const pixels = width * height;
  if (colorType === 0 && depth === 16) {
    return new Image(
      width,
      height,
      "I;16",
      Uint16Array.from({ length: pixels }, (_, i) => rgba[4 * i]),
    );
  }
  if (colorType === 3) return new Image(width, height, "P", pick(rgba, pixels, [0], 1), palette);
  const scale = depth === 16 ? 1 / 256 : 255 / (2 ** depth - 1);
  if (colorType === 4 && depth === 16) {
    return new Image(width, height, "RGBA", pick(rgba, pixels, [0, 0, 0, 3], scale));
  }
  const mode = colorType === 0 && depth === 1 ? "1" : modeOfSamples[samplesPerPixel(header)];
  const chosen = colorType === 4 ? [0, 3] : [0, 1, 2, 3].slice(0, samplesPerPixel(header));
  return new Image(width, height, mode, pick(rgba, pixels, chosen, scale));
}

const modeOfSamples = { 1: "L", 2: "LA", 3: "RGB", 4: "RGBA" } as Readonly<
  Record<number, "L" | "LA" | "RGB" | "RGBA">
>;

/** The `chosen` of four samples of each pixel, scaled and truncated to a byte. */
function pick(rgba: Samples, pixels: number, chosen: readonly number[], scale: number): Uint8Array {
  const count = chosen.length;
  const data = new Uint8Array(pixels * count);
  for (let k = 0; k < count; k++) {
    for (let i = 0; i < pixels; i++) data[i * count + k] = rgba[4 * i + chosen[k]] * scale;
  }
  return data;
}

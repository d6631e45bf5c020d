/**
 * @module
 * Reading pictures. Signature, sizes and structure are checked before any pixel is decoded, so that a kilobyte cannot ask
 * for gigabytes.
 */

import { ArgumentError } from "../errors.ts";
import { ImageError } from "../vision/image-error.ts";
import type { Image } from "../vision/image.ts";
import { decodeJpeg } from "./jpeg.ts";
import { DEFAULT_MAX_PIXELS } from "./pixel-limit.ts";
import { PNG_SIGNATURE } from "./png-file.ts";
import { decodePng } from "./png.ts";

export { encodePng } from "./encode-png.ts";

/** Limits of {@link decodeImage}. */
export interface DecodeOptions {
  /** Width × height that is decoded at most; 16,777,216 unless said. */
  readonly maxPixels?: number;
}

/** What files of other kinds begin with, for the message. */
const otherKinds: readonly (readonly [start: string, kind: string])[] = [
  ["GIF8", "a GIF"],
  ["RIFF", "a WebP"],
  ["BM", "a BMP"],
  ["II*\0", "a TIFF"],
  ["MM\0*", "a TIFF"],
  ["%PDF", "a PDF"],
  ["<svg", "an SVG"],
  ["<", "a page of markup"],
  ["{", "JSON"],
  ["PK", "a zip archive"],
];

/**
 * Decodes a PNG or JPEG file. As `PIL.Image.open(io.BytesIO(bytes))`: nothing is converted, so a gray picture has one
 * channel, and one with a palette has its indices. Samples of a PNG are Pillow's own; those of a JPEG differ by 1 at most
 * in gray and by 3 in RGB. Nothing is asked of the network or the disk, and a hostile file costs no more than `maxPixels`.
 *
 * @example
 * const digit = decodeImage(await readFile("0.png")); // Image 28 x 28, mode "L"
 * @throws ImageError when it is neither, broken, or larger than `maxPixels`
 */
export function decodeImage(bytes: Uint8Array, options: DecodeOptions = {}): Image {
  const { maxPixels = DEFAULT_MAX_PIXELS } = options;
  if (!(maxPixels >= 1))
    throw new ArgumentError(`decodeImage: expected maxPixels of at least 1, got ${maxPixels}`);
  if (startsWith(bytes, PNG_SIGNATURE)) return decodePng(bytes, maxPixels);
  if (startsWith(bytes, [0xff, 0xd8, 0xff])) return decodeJpeg(bytes, maxPixels);
  if (bytes.length === 0) throw new ImageError("expected a PNG or JPEG picture, got no bytes at all");
  const text = Buffer.from(bytes.subarray(0, 8)).toString("latin1");
  const kind = otherKinds.find(([start]) => text.startsWith(start))?.[1];
  throw new ImageError(
    `expected a PNG or JPEG picture, got ${kind ?? `${bytes.length} bytes of another kind`}`,
  );
}

function startsWith(bytes: Uint8Array, start: readonly number[]): boolean {
  return start.every((byte, i) => bytes[i] === byte);
}

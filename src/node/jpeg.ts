/**
 * @module
 * JPEG: from bytes to a picture as Pillow opens it. The coefficients are decoded by jpeg-js, which is given only what has
 * been checked.
 */

import { decode } from "jpeg-js";
import { ImageError } from "../vision/image-error.ts";
import { Image } from "../vision/image.ts";
import { ycbcrToRgb } from "./jpeg-color.ts";
import { readJpegFile } from "./jpeg-file.ts";
import type { JpegFile } from "./jpeg-file.ts";
import { checkPixels } from "./pixel-limit.ts";

/**
 * Blocks of 8 × 8 samples that are visited, once by each scan: the largest picture that is allowed, in three full
 * components, some twenty times. Encoders write about ten scans.
 */
const MAX_BLOCK_VISITS = 2 ** 24;

/**
 * Decodes a baseline or progressive JPEG file of one (`L`) or three components (`RGB`). As `PIL.Image.open`, which does
 * not turn the picture as its EXIF data may ask. The inverse cosine transform rounds otherwise than libjpeg's: samples
 * of gray pictures differ by 1 at most, those of RGB by 3. Unlike Pillow, CMYK is refused, and so are progressive colours
 * with restart markers when those do not divide the scans evenly, a flaw of the decoder.
 * @param maxPixels width × height that is decoded at most
 * @throws ImageError
 */
export function decodeJpeg(bytes: Uint8Array, maxPixels: number): Image {
  const file = readJpegFile(bytes);
  checkPixels("JPEG", file.width, file.height, maxPixels);
  const channels = file.components.length;
  if (channels !== 1 && channels !== 3) {
    throw new ImageError(
      `JPEG: expected gray or RGB, got ${channels} components${channels === 4 ? " (CMYK)" : ""}`,
    );
  }
  checkScans(file);
  return toImage(file, decodeRgba(file));
}

/** Refuses what would cost far more than its bytes warrant: a block takes at least one bit of a first scan. */
function checkScans({ width, height, components, scans, scanBytes }: JpegFile): void {
  const [maxH, maxV] = [Math.max(...components.map(({ h }) => h)), Math.max(...components.map(({ v }) => v))];
  const blocks = components.reduce(
    (sum, { h, v }) => sum + Math.ceil((width * h) / maxH / 8) * Math.ceil((height * v) / maxV / 8),
    0,
  );
  if (blocks > 8 * scanBytes) {
    throw new ImageError(
      `JPEG: the header promises ${width} x ${height} pixels, which ${scanBytes} bytes cannot hold`,
    );
  }
  if (scans * blocks > MAX_BLOCK_VISITS) {
    throw new ImageError(`JPEG: ${scans} scans of ${width} x ${height} pixels would take too long`);
  }
}

function decodeRgba(file: JpegFile): Uint8Array {
  const pixels = file.width * file.height;
  try {
    return decode(file.essential, {
      useTArray: true,
      // Colours are transformed afterwards, as libjpeg does it.
      colorTransform: false,
      // Of the two, only this takes a last restart interval that is not full; what is cut short is refused before.
      tolerantDecoding: true,
      // One pixel more than there are: the limit is rounded to below a pixel.
      maxResolutionInMP: (pixels + 1) / 1e6,
      // Coefficients, samples and results take some 30 bytes a pixel.
      maxMemoryUsageInMB: 16 + (64 * pixels) / 2 ** 20,
    }).data;
  } catch (error) {
    throw new ImageError("JPEG: the picture is damaged, or coded in a way that is not read", {
      cause: error,
    });
  }
}

/** What libjpeg concludes (jdapimin.c, default_decompress_parms): JFIF, then Adobe, then the components' numbers. */
function isYCbCr({ jfif, adobeTransform, components }: JpegFile): boolean {
  if (jfif) return true;
  if (adobeTransform !== null) return adobeTransform !== 0;
  return String.fromCharCode(...components.map(({ id }) => id)) !== "RGB";
}

function toImage(file: JpegFile, rgba: Uint8Array): Image {
  const { width, height, components } = file;
  if (components.length === 3 && isYCbCr(file)) {
    return new Image(width, height, "RGB", ycbcrToRgb(rgba, width, height, components));
  }
  const channels = components.length;
  const data = new Uint8Array(width * height * channels);
  for (let c = 0; c < channels; c++) {
    for (let from = c, to = c; to < data.length; from += 4, to += channels) data[to] = rgba[from];
  }
  return new Image(width, height, channels === 1 ? "L" : "RGB", data);
}

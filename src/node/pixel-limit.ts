/**
 * @module
 * How large a picture may be before anyone looks at its pixels.
 */

import { ImageError } from "../vision/image-error.ts";

/** Width × height that is decoded unless told otherwise: 16 million, a square of 4096. */
export const DEFAULT_MAX_PIXELS = 4096 * 4096;

/** @throws ImageError when the header promises more than `maxPixels` */
export function checkPixels(format: string, width: number, height: number, maxPixels: number): void {
  if (width * height > maxPixels) {
    throw new ImageError(
      `${format}: the header promises ${width} x ${height} pixels, more than the ${maxPixels} that are allowed`,
    );
  }
}

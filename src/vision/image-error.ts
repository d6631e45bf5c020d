/**
 * @module
 * What is thrown about pictures.
 */

import { CandilError } from "../errors.ts";

/**
 * A picture is broken, hostile, larger than allowed, or of a kind that is not read. Pillow raises
 * UnidentifiedImageError, OSError, SyntaxError or DecompressionBombError.
 */
export class ImageError extends CandilError {
  override name = "ImageError";
}

/**
 * @module
 * The error of pictures.
 */

import { CandilError } from "../errors.ts";

/** A picture is broken, hostile, of a kind that candil does not read, or of a mode that an operation does not take. */
export class ImageError extends CandilError {
  override name = "ImageError";
}

/**
 * @module
 * Cutting a tensor into consecutive pieces.
 */

import { ArgumentError, formatShape, ShapeError } from "../errors.ts";
import type { Tensor } from "../tensor/tensor.ts";
import { axisOf } from "./axis.ts";
import { narrow } from "./slice.ts";

/**
 * Consecutive pieces along `dim`, of `sizes` entries each, or of the given numbers of entries. As `torch.split`, except
 * that the pieces are copies. With one number the last piece has what is left.
 * @throws ArgumentError when the number is not a positive integer
 * @throws ShapeError when a list of sizes does not add up to the dimension
 *
 * @example
 * split(zeros([5, 2]), 2).map((piece) => piece.shape); // [2, 2], [2, 2], [1, 2]
 */
export function split(x: Tensor, sizes: number | readonly number[], dim = 0): Tensor[] {
  const { size } = axisOf("split", x.shape, dim);
  const pieces = typeof sizes === "number" ? evenPieces("split", size, sizes) : sizes;
  if (pieces.some((n) => !Number.isInteger(n) || n < 0) || pieces.reduce((a, b) => a + b, 0) !== size) {
    throw new ShapeError(
      `split: expected sizes that add up to the ${size} entries of dimension ${dim} of ${formatShape(x.shape)}, ` +
        `got ${formatShape(pieces)}`,
    );
  }
  let start = 0;
  return pieces.map((length) => {
    start += length;
    return narrow(x, dim, start - length, length);
  });
}

/**
 * At most `chunks` consecutive pieces along `dim`, each of ⌈size / chunks⌉ entries but the last. As `torch.chunk`,
 * except that the pieces are copies.
 * @throws ArgumentError when `chunks` is not a positive integer
 */
export function chunk(x: Tensor, chunks: number, dim = 0): Tensor[] {
  if (!Number.isInteger(chunks) || chunks < 1) {
    throw new ArgumentError(`chunk: expected a number of chunks that is an integer >= 1, got ${chunks}`);
  }
  const { size } = axisOf("chunk", x.shape, dim);
  if (size === 0) return Array.from({ length: chunks }, () => narrow(x, dim, 0, 0));
  return split(x, Math.ceil(size / chunks), dim);
}

/** `size` cut into pieces of `length`, the last one shorter where it does not come out even; one piece of nothing. */
function evenPieces(op: string, size: number, length: number): number[] {
  if (!Number.isInteger(length) || length < 1) {
    throw new ArgumentError(`${op}: expected a size that is an integer >= 1, got ${length}`);
  }
  const count = Math.max(1, Math.ceil(size / length));
  return Array.from({ length: count }, (_, i) => Math.min(length, size - i * length));
}

/**
 * @module
 * Sizes as torchvision's transforms take them.
 */

import { ArgumentError } from "../../errors.ts";

/** A height and a width, a list of one number, or a number; the transform says what a single number means. */
export type Size = number | readonly [number] | readonly [height: number, width: number];

/**
 * The numbers of a size.
 * @throws ArgumentError unless there are one or two whole numbers of at least 1
 */
export function sizeNumbers(name: string, size: Size): readonly [number] | readonly [number, number] {
  const numbers = typeof size === "number" ? ([size] as const) : size;
  if ((numbers.length !== 1 && numbers.length !== 2) || numbers.some((n) => !Number.isInteger(n) || n < 1)) {
    throw new ArgumentError(
      `${name}: expected a size of at least 1, or [height, width], got [${String(size)}]`,
    );
  }
  return numbers;
}

/**
 * @module
 * Shapes of the Open Inference Protocol.
 */

import { FormatError, formatShape } from "../errors.ts";

/** More axes than any picture model takes. */
const MAX_AXES = 8;

/**
 * A shape from a message.
 * @throws FormatError unless it is a list of at most 8 integers from -1 on
 */
export function shapeOf(value: unknown, where: string): number[] {
  const fits = (size: unknown): size is number =>
    typeof size === "number" && Number.isSafeInteger(size) && size >= -1;
  if (Array.isArray(value) && value.length <= MAX_AXES && value.every(fits)) return value;
  throw new FormatError(
    `${where}: shape must be a list of at most ${MAX_AXES} integers, got ${(JSON.stringify(value) ?? "none").slice(0, 80)}`,
  );
}

/**
 * The shape of `count` elements: one axis of -1 becomes what is left for it. The empty shape is one element.
 * @throws FormatError when shape and count do not fit
 */
export function resolveShape(shape: readonly number[], count: number, where: string): number[] {
  const open = shape.filter((size) => size === -1).length;
  const known = shape.reduce((product, size) => (size === -1 ? product : product * size), 1);
  if (open === 0 && known === count) return [...shape];
  if (open === 1 && known > 0 && count % known === 0) {
    return shape.map((size) => (size === -1 ? count / known : size));
  }
  throw new FormatError(
    `${where}: ${count} ${count === 1 ? "element does" : "elements do"} not fill the shape ${formatShape(shape)}` +
      (open > 1 ? "; one axis may be -1" : ""),
  );
}

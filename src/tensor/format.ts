/**
 * @module
 * How a tensor is printed.
 */

import type { DType } from "./dtype.ts";
import type { Shape } from "./shape.ts";

/** What {@link formatTensor} needs to know of a tensor. */
export interface Printable {
  readonly shape: Shape;
  readonly dtype: DType;
  readonly data: ArrayLike<number | bigint>;
}

/** Rows and columns kept at either end of a long dimension. */
const EDGE = 3;

/**
 * One line of type and shape, then the values as nested lists; of a dimension longer than eight only the first and last
 * three are shown. Floats are shown with four decimals.
 *
 * @example
 * formatTensor(tensor([1, 2.5])); // "Tensor [2] float32\n[1.0000, 2.5000]"
 */
export function formatTensor(x: Printable): string {
  return `Tensor [${x.shape.join(", ")}] ${x.dtype}\n${formatLevel(x, 0, 0, x.data.length)}`;
}

/** Values of dimension `d` onwards; they start at `offset` and are `count` in number. */
function formatLevel(x: Printable, d: number, offset: number, count: number): string {
  if (d === x.shape.length) return formatValue(x.data[offset], x.dtype);
  const size = x.shape[d];
  const step = size === 0 ? 0 : count / size;
  const parts: string[] = [];
  for (let i = 0; i < size; i++) {
    if (size > 8 && i === EDGE) {
      parts.push("...");
      i = size - EDGE;
    }
    parts.push(formatLevel(x, d + 1, offset + i * step, step));
  }
  const separator = d === x.shape.length - 1 ? ", " : `,\n${" ".repeat(d + 1)}`;
  return `[${parts.join(separator)}]`;
}

function formatValue(value: number | bigint, dtype: DType): string {
  if (typeof value === "bigint") return value.toString();
  if (dtype === "bool") return value !== 0 ? "true" : "false";
  return dtype === "float32" || dtype === "float64" ? value.toFixed(4) : String(value);
}

/**
 * @module
 * Plain tensors as nested lists for JSON.
 */

import type { PlainTensor } from "./subject.ts";

/** Numbers in lists as deep as the tensor has axes. */
export type Nested = number | Nested[];

/** The lists of a tensor, row-major. NaN and infinities become null in JSON. */
export function nestedLists({ data, shape }: PlainTensor): Nested {
  let level: Nested[] = Array.from(data);
  for (const size of shape.slice(1).reverse()) {
    const rows: Nested[] = [];
    for (let i = 0; i < level.length; i += size) rows.push(level.slice(i, i + size));
    level = rows;
  }
  return level;
}

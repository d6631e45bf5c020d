/**
 * @module
 * Plain tensors as nested lists for JSON.
 */

import { jsonNumber } from "../../oip/index.ts";
import type { PlainTensor } from "./subject.ts";

/** Numbers, or their names, in lists as deep as the tensor has axes. */
export type Nested = number | string | Nested[];

/** The lists of a tensor, row-major. NaN and infinities, which JSON does not have, are there by name, as in V2. */
export function nestedLists({ data, shape }: PlainTensor): Nested {
  let level: Nested[] = Array.from(data, jsonNumber);
  for (const size of shape.slice(1).reverse()) {
    const rows: Nested[] = [];
    for (let i = 0; i < level.length; i += size) rows.push(level.slice(i, i + size));
    level = rows;
  }
  return level;
}

/**
 * @module
 * Python's square brackets.
 */

import { ArgumentError, formatShape, IndexRangeError } from "../errors.ts";
import type { Shape } from "../tensor/shape.ts";
import type { Tensor } from "../tensor/tensor.ts";
import { defineCut, entryCut, rangeCut, whole } from "./slice.ts";
import type { Cut } from "./slice.ts";

/**
 * One entry between square brackets: a number picks an entry and drops its dimension, `"start:end:step"` keeps a range
 * (each part may be missing), `"..."` stands for all dimensions that the others leave.
 */
export type Subscript = number | "..." | `${string}:${string}`;

const op = defineCut<readonly Subscript[]>("index", planSubscripts);

/**
 * What Python writes as `x[...]`, with numbers, ranges and one ellipsis: `index(x, [":", "1:3"])` is `x[:, 1:3]`, and
 * `index(x, ["...", 0])` is `x[..., 0]`. The result is a copy. Lists of indices are {@link indexSelect}'s, new dimensions
 * {@link unsqueeze}'s.
 * @throws IndexRangeError when a number is outside of its dimension, or there are more entries than dimensions
 * @throws ArgumentError when a range cannot be read, or has a step below 1
 *
 * @example
 * index(tensor([[1, 2, 3], [4, 5, 6]]), [":", "1:"]); // [[2, 3], [5, 6]]
 */
export function index(x: Tensor, subscripts: readonly Subscript[]): Tensor {
  return op([x], subscripts);
}

function planSubscripts(shape: Shape, subscripts: readonly Subscript[]): Cut[] {
  const named = subscripts.filter((entry) => entry !== "...").length;
  if (named > shape.length || subscripts.length - named > 1) {
    throw new IndexRangeError(
      `index: expected at most ${shape.length} entries for ${formatShape(shape)} and one "...", ` +
        `got [${subscripts.join(", ")}]`,
    );
  }
  // Without an ellipsis the dimensions behind the last entry are kept, as if one stood at the end.
  const entries = named < subscripts.length ? subscripts : [...subscripts, "..." as const];
  let d = 0;
  return entries.flatMap((entry) => {
    if (entry !== "...") return [cutOf(entry, shape, d++)];
    const kept = shape.slice(d, d + shape.length - named);
    d += kept.length;
    return kept.map(whole);
  });
}

const RANGE = /^\s*(-?\d+)?\s*:\s*(-?\d+)?\s*(?::\s*(-?\d+)?\s*)?$/;

function cutOf(entry: Exclude<Subscript, "...">, shape: Shape, d: number): Cut {
  if (typeof entry === "number") return entryCut("index", shape, d, entry);
  const match = RANGE.exec(entry);
  if (match === null)
    throw new ArgumentError(`index: cannot read "${entry}"; expected a form like "1:3" or "::2"`);
  // A group that took no part is missing from the match, whatever its type says.
  const [start, end, step] = [1, 2, 3].map((group) => match.at(group));
  return rangeCut("index", shape[d], Number(start ?? 0), Number(end ?? Infinity), Number(step ?? 1));
}

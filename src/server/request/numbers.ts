/**
 * @module
 * Nested lists of numbers from JSON as a tensor.
 */

import { formatShape } from "../../errors.ts";
import { fromData } from "../../tensor/creation.ts";
import type { Tensor } from "../../tensor/tensor.ts";
import { RequestError } from "../errors.ts";
import { describe } from "./content.ts";

/** Deeper lists than any model takes are not followed, so that a hostile body cannot exhaust the stack. */
const MAX_DEPTH = 8;

/**
 * A float32 tensor of the lists' own shape. The numbers are used as they are: not scaled, not normalised.
 * @throws RequestError when rows differ in length, or an entry is not a finite number
 */
export function tensorOfLists(values: readonly unknown[]): Tensor<"float32"> {
  const shape = shapeOf(values);
  const flat: number[] = [];
  flatten(values, shape, 0, flat);
  return fromData(Float32Array.from(flat), shape);
}

/** Follows the first entry of each level down. */
function shapeOf(values: readonly unknown[]): number[] {
  const shape: number[] = [];
  for (let level: unknown = values; Array.isArray(level); level = level[0]) {
    shape.push(level.length);
    if (shape.length > MAX_DEPTH) {
      throw new RequestError("badRequest", `The numbers are nested more than ${MAX_DEPTH} lists deep.`);
    }
  }
  return shape;
}

function flatten(values: readonly unknown[], shape: readonly number[], depth: number, flat: number[]): void {
  if (values.length !== shape[depth]) throw ragged(shape, depth, `a list of ${values.length}`);
  const innermost = depth === shape.length - 1;
  for (const entry of values) {
    if (innermost) {
      if (typeof entry !== "number" || !Number.isFinite(Math.fround(entry))) {
        throw new RequestError(
          "badRequest",
          `Expected finite float32 numbers in the lists, got ${describe(entry)}.`,
        );
      }
      flat.push(entry);
    } else {
      if (!Array.isArray(entry)) throw ragged(shape, depth + 1, describe(entry));
      flatten(entry, shape, depth + 1, flat);
    }
  }
}

function ragged(shape: readonly number[], depth: number, got: string): RequestError {
  return new RequestError(
    "badRequest",
    `The lists are not one tensor: the first entries have shape ${formatShape(shape)}, ` +
      `but at depth ${depth} there is ${got} where a list of ${shape[depth]} was expected.`,
  );
}

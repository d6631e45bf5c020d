/**
 * @module
 * Largest and smallest values: of two arrays, over dimensions, and their places along one dimension. `sign` is 1 for the
 * largest and -1 for the smallest. NaN wins over every number.
 */

import type { FloatArray } from "../geometry.ts";
import type { Axis } from "./axis.ts";
import { forEachRow } from "./broadcast.ts";
import type { StridedPair } from "./broadcast.ts";

/** Which extreme is wanted. */
export type Sign = 1 | -1;

/** y = max(a, b), or min, over the index space of `pair`. */
export function extremumForward(
  y: FloatArray,
  a: FloatArray,
  b: FloatArray,
  pair: StridedPair,
  sign: Sign,
): void {
  const pick = sign === 1 ? Math.max : Math.min;
  forEachRow(pair, (i, ia, ib, count, stepA, stepB) => {
    for (let j = 0; j < count; j++) y[i + j] = pick(a[ia + j * stepA], b[ib + j * stepB]);
  });
}

/**
 * da and db = what each operand gets of dy, in the index space of `pair`: the winner all of it, equals half each, and
 * both all of it where one is NaN.
 */
export function extremumShares(
  da: FloatArray,
  db: FloatArray,
  dy: FloatArray,
  a: FloatArray,
  b: FloatArray,
  pair: StridedPair,
  sign: Sign,
): void {
  forEachRow(pair, (i, ia, ib, count, stepA, stepB) => {
    for (let j = 0; j < count; j++) {
      const lead = sign * (a[ia + j * stepA] - b[ib + j * stepB]);
      // Two infinities of one sign differ by NaN, but are equal.
      const equal = a[ia + j * stepA] === b[ib + j * stepB];
      da[i + j] = equal ? dy[i + j] / 2 : lead < 0 ? 0 : dy[i + j];
      db[i + j] = equal ? dy[i + j] / 2 : lead > 0 ? 0 : dy[i + j];
    }
  });
}

/** y = the extreme of x over the dimensions that A (the result) does not step along. */
export function extremeReduce(y: FloatArray, x: FloatArray, pair: StridedPair, sign: Sign): void {
  const pick = sign === 1 ? Math.max : Math.min;
  y.fill(-sign * Infinity);
  forEachRow(pair, (_i, a, b, count, stepA, stepB) => {
    for (let j = 0; j < count; j++) {
      const place = a + j * stepA;
      y[place] = pick(y[place], x[b + j * stepB]);
    }
  });
}

/** dx += dy, divided evenly among the entries that equal the extreme y, or that are NaN where it is. */
export function extremeSpread(
  dx: FloatArray,
  dy: FloatArray,
  y: FloatArray,
  x: FloatArray,
  pair: StridedPair,
): void {
  const winners = new Float64Array(y.length);
  forEachRow(pair, (_i, a, b, count, stepA, stepB) => {
    for (let j = 0; j < count; j++) if (wins(x[b + j * stepB], y[a + j * stepA])) winners[a + j * stepA]++;
  });
  forEachRow(pair, (_i, a, b, count, stepA, stepB) => {
    for (let j = 0; j < count; j++) {
      const place = a + j * stepA;
      if (wins(x[b + j * stepB], y[place])) dx[b + j * stepB] += dy[place] / winners[place];
    }
  });
}

function wins(x: number, extreme: number): boolean {
  return x === extreme || (Number.isNaN(x) && Number.isNaN(extreme));
}

/** places[line] = where in x the extreme of each line of the axis is: the first of equals, the first NaN before all. */
export function findExtremes(places: Int32Array, x: FloatArray, axis: Axis, sign: Sign): void {
  const { size, inner } = axis;
  for (let line = 0; line < places.length; line++) {
    const i = line % inner;
    const start = (line - i) * size + i;
    let best = start;
    for (let k = 1; k < size && !Number.isNaN(x[best]); k++) {
      const here = start + k * inner;
      if (sign * (x[here] - x[best]) > 0 || Number.isNaN(x[here])) best = here;
    }
    places[line] = best;
  }
}

/** index = the entry numbers along the axis that belong to `places`. */
export function entryNumbers(index: BigInt64Array, places: Int32Array, { size, inner }: Axis): void {
  for (let n = 0; n < places.length; n++) index[n] = BigInt(Math.floor(places[n] / inner) % size);
}

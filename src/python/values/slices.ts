/**
 * @module
 * Slices and indices of sequences.
 */

import { PyObject } from "./object.ts";
import type { Value } from "./object.ts";
import { toInt, kindOf } from "./numbers.ts";
import { raise } from "./raise.ts";

/** `start:stop:step` between square brackets. */
export class PySlice extends PyObject {
  override readonly typeName = "slice";
  readonly start: Value;
  readonly stop: Value;
  readonly step: Value;

  constructor(start: Value, stop: Value, step: Value) {
    super();
    this.start = start;
    this.stop = stop;
    this.step = step;
  }

  /** The positions in a sequence of that length. */
  positions(length: number): number[] {
    const step = this.step === null ? 1 : toInt(this.step, "slice step");
    if (step === 0) raise("ValueError", "slice step cannot be zero");
    const low = step > 0 ? 0 : -1;
    const high = step > 0 ? length : length - 1;
    const bound = (value: Value, fallback: number): number => {
      if (value === null) return fallback;
      const place = toInt(value, "slice index");
      return Math.min(Math.max(place < 0 ? place + length : place, low), high);
    };
    const start = bound(this.start, step > 0 ? low : high);
    const stop = bound(this.stop, step > 0 ? high : low);
    const result: number[] = [];
    for (let i = start; step > 0 ? i < stop : i > stop; i += step) result.push(i);
    return result;
  }
}

/** The one value `...`. */
export class PyEllipsis extends PyObject {
  override readonly typeName = "ellipsis";

  override repr(): string {
    return "Ellipsis";
  }
}

/** `...`. */
export const ELLIPSIS = new PyEllipsis();

/** The position that an index means, which may count from the end. @throws IndexError, TypeError */
export function checkedIndex(key: Value, length: number, what: string): number {
  if (typeof key !== "number" && typeof key !== "boolean") {
    raise("TypeError", `${what} indices must be integers or slices, not ${kindOf(key)}`);
  }
  const index = Number(key);
  const place = index < 0 ? index + length : index;
  if (place < 0 || place >= length) raise("IndexError", `${what} index out of range`);
  return place;
}

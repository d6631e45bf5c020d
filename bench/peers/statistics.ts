/** @module The few figures that a comparison is made of. */

/** A middle value and how far the values spread. */
export interface Spread {
  readonly median: number;
  readonly least: number;
  readonly most: number;
}

/** The middle value; the mean of the two middle ones of an even number. NaN for none. */
export function median(values: readonly number[]): number {
  const sorted = values.toSorted((a, b) => a - b);
  const middle = sorted.length / 2;
  return sorted.length % 2 === 1 ? sorted[Math.floor(middle)] : (sorted[middle - 1] + sorted[middle]) / 2;
}

/** Median, least and most. */
export function spread(values: readonly number[]): Spread {
  return { median: median(values), least: Math.min(...values), most: Math.max(...values) };
}

/**
 * How ours compares with theirs, round by round: what slows the machine down in one round slows both, and falls out.
 * Below 1, ours takes less.
 */
export function ratios(ours: readonly number[], theirs: readonly number[]): Spread {
  return spread(ours.map((time, round) => time / theirs[round]));
}

/** The largest difference as a share of the largest expected value; infinite when the lengths differ or NaN is among them. */
export function difference(values: readonly number[], expected: ArrayLike<number>): number {
  if (values.length !== expected.length) return Infinity;
  let largest = 0;
  let apart = 0;
  for (let i = 0; i < expected.length; i++) {
    largest = Math.max(largest, Math.abs(expected[i]));
    apart = Math.max(apart, Math.abs(values[i] - expected[i]));
  }
  return Number.isNaN(apart) ? Infinity : apart / largest;
}

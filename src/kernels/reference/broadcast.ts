/**
 * @module
 * Walking arrays of different strides side by side: the loop behind broadcasting and reductions.
 */

/** Sizes of a common index space and, for each of two arrays, the distance between neighbours in every dimension. */
export interface StridedPair {
  readonly sizes: readonly number[];
  /** A stride of 0 reads one element again and again: a stretched dimension. */
  readonly stridesA: readonly number[];
  readonly stridesB: readonly number[];
}

/**
 * Calls `run(i, a, b, count, stepA, stepB)` for every innermost row of the index space: `i` is the row's first position
 * in row-major order, `a` and `b` are the positions in the two arrays, and `count` elements follow at the given steps.
 */
export function forEachRow(
  pair: StridedPair,
  run: (i: number, a: number, b: number, count: number, stepA: number, stepB: number) => void,
): void {
  const { sizes, stridesA, stridesB } = pair;
  const inner = sizes.length - 1;
  if (inner < 0) {
    run(0, 0, 0, 1, 0, 0);
    return;
  }
  if (sizes.includes(0)) return;
  const count = sizes[inner];
  const index = new Array<number>(inner).fill(0);
  let a = 0;
  let b = 0;
  for (let i = 0; ; i += count) {
    run(i, a, b, count, stridesA[inner], stridesB[inner]);
    // An odometer over the outer dimensions: step the last one, carry on overflow.
    let d = inner - 1;
    for (; d >= 0; d--) {
      a += stridesA[d];
      b += stridesB[d];
      if (++index[d] < sizes[d]) break;
      a -= stridesA[d] * sizes[d];
      b -= stridesB[d] * sizes[d];
      index[d] = 0;
    }
    if (d < 0) return;
  }
}

/**
 * Merges neighbouring dimensions that both arrays cross in one stride, and drops those of size 1, so that rows are long:
 * two equal contiguous shapes become one row.
 */
export function collapse(pair: StridedPair): StridedPair {
  const sizes: number[] = [];
  const stridesA: number[] = [];
  const stridesB: number[] = [];
  for (let d = pair.sizes.length - 1; d >= 0; d--) {
    const size = pair.sizes[d];
    if (size === 1) continue;
    const fits =
      sizes.length > 0 &&
      pair.stridesA[d] === stridesA[0] * sizes[0] &&
      pair.stridesB[d] === stridesB[0] * sizes[0];
    if (fits) {
      sizes[0] *= size;
    } else {
      sizes.unshift(size);
      stridesA.unshift(pair.stridesA[d]);
      stridesB.unshift(pair.stridesB[d]);
    }
  }
  return { sizes, stridesA, stridesB };
}

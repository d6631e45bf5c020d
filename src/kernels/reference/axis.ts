/**
 * @module
 * A tensor seen from one of its dimensions, and picking entries along it by their indices.
 */

import type { FloatArray } from "../geometry.ts";

/**
 * One dimension of a contiguous tensor: `outer` is the product of the sizes before it, `size` its own and `inner` the
 * product of those behind it. Entry k of the line (o, i) is at `(o · size + k) · inner + i`.
 */
export interface Axis {
  readonly outer: number;
  readonly size: number;
  readonly inner: number;
}

/** y[o, j, i] = x[o, index[j], i]: whole slabs, the same ones for every line. */
export function takeSlabs(y: FloatArray, x: FloatArray, index: Int32Array, axis: Axis): void {
  const { outer, size, inner } = axis;
  for (let o = 0; o < outer; o++) {
    for (let j = 0; j < index.length; j++) {
      const from = (o * size + index[j]) * inner;
      const toward = (o * index.length + j) * inner;
      for (let i = 0; i < inner; i++) y[toward + i] = x[from + i];
    }
  }
}

/** dx[o, index[j], i] += dy[o, j, i], the adjoint of {@link takeSlabs}. */
export function addSlabs(dx: FloatArray, dy: FloatArray, index: Int32Array, axis: Axis): void {
  const { outer, size, inner } = axis;
  for (let o = 0; o < outer; o++) {
    for (let j = 0; j < index.length; j++) {
      const toward = (o * size + index[j]) * inner;
      const from = (o * index.length + j) * inner;
      for (let i = 0; i < inner; i++) dx[toward + i] += dy[from + i];
    }
  }
}

/** y[n] = x[places[n]]. */
export function takePlaces(y: FloatArray, x: FloatArray, places: Int32Array): void {
  for (let n = 0; n < places.length; n++) y[n] = x[places[n]];
}

/** dx[places[n]] += dy[n], the adjoint of {@link takePlaces}. */
export function addPlaces(dx: FloatArray, dy: FloatArray, places: Int32Array): void {
  for (let n = 0; n < places.length; n++) dx[places[n]] += dy[n];
}

/**
 * Turns indices along dimension `dim`, which form a tensor of `sizes`, into places of a tensor of `strides`: each
 * element's own coordinates lead there, except that in `dim` its index does. In place.
 */
export function locate(
  indices: Int32Array,
  sizes: readonly number[],
  strides: readonly number[],
  dim: number,
): void {
  for (let n = 0; n < indices.length; n++) {
    let place = 0;
    let rest = n;
    for (let d = sizes.length - 1; d >= 0; d--) {
      const coordinate = d === dim ? indices[n] : rest % sizes[d];
      place += coordinate * strides[d];
      rest = Math.floor(rest / sizes[d]);
    }
    indices[n] = place;
  }
}

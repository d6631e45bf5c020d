/**
 * @module
 * A large batch in portions. Each number of rows runs by a plan of its own, whose buffers stay; so only few numbers occur, and
 * large pictures go few at a time. What a server's memory comes to then does not depend on who asks for which batch.
 */

import { Tensor } from "../tensor/tensor.ts";

/** Elements of the inputs that run together: four pictures of 3 x 224 x 224, 64 of 3 x 64 x 64. */
const ROOM = 2 ** 20;

/** More rows at once save nothing any more. */
const MOST = 64;

/** Up to so many rows run as they come, where there is room for them. */
const FEW = 8;

/**
 * The numbers of rows that run one after another, in place of `rows` at once: powers of two, except for the last few.
 * @param elements of the input of one row, times how often it is computed at once
 */
export function portionSizes(rows: number, elements: number): number[] {
  const most = powerBelow(Math.min(MOST, Math.max(1, ROOM / elements)));
  const sizes: number[] = [];
  for (let left = rows; left > 0; left -= sizes[sizes.length - 1]) {
    sizes.push(left <= FEW && FEW <= most ? left : Math.min(most, powerBelow(left)));
  }
  return sizes;
}

/**
 * A batch [N, ...] in portions, with the place where each begins.
 * @param times how often each row is computed at once: an explanation follows its path at many points
 */
export function portionsOf(batch: Tensor, times = 1): { readonly begin: number; readonly rows: Tensor }[] {
  const [count, ...sizes] = batch.shape;
  const elements = batch.numel() / count;
  let begin = 0;
  return portionSizes(count, elements * times).map((size) => {
    const data = batch.data.subarray(begin * elements, (begin + size) * elements);
    const portion = { begin, rows: size === count ? batch : new Tensor(data, [size, ...sizes], batch.dtype) };
    begin += size;
    return portion;
  });
}

function powerBelow(count: number): number {
  return 2 ** Math.floor(Math.log2(count));
}

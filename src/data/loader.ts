/**
 * @module
 * The order in which PyTorch's DataLoader visits a data set, with its use of random numbers, so that a training run
 * with the same seed sees the same batches and the same dropout masks.
 */

import { defaultGenerator, Generator, randperm } from "../tensor/random.ts";

/**
 * The indices of one pass over `count` examples: 0, 1, 2, ..., or shuffled. As one iteration of `DataLoader(shuffle=...)`,
 * which first draws 64 bits that seed workers (used or not), then, to shuffle, 64 bits that seed `randperm`.
 */
export function loaderOrder(count: number, shuffle: boolean, generator = defaultGenerator): Int32Array {
  drawWord64(generator);
  if (!shuffle) return Int32Array.from({ length: count }, (_, i) => i);
  return randperm(count, { dtype: "int32", generator: new Generator(drawWord64(generator)) }).data;
}

/** Takes 64 random bits; returns the low 32, all that a generator's seed uses. */
function drawWord64(generator: Generator): number {
  generator.random();
  return generator.random();
}

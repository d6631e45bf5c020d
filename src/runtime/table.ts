/** @module Tables of offsets in the machine's memory. */

import type { Machine } from "./machine.ts";

/** Kernels read a table this much beyond its end, in tiles of up to 6 points. */
const SLACK = 6;

/** Address of a table of these numbers; tiles at the end find the last one again instead of reading elsewhere. */
export function tableOf(machine: Machine, numbers: readonly number[]): number {
  const address = machine.take(numbers.length + SLACK);
  const at = address >>> 2;
  machine.integers.set(numbers, at);
  machine.integers.fill(numbers.at(-1) ?? 0, at + numbers.length, at + numbers.length + SLACK);
  return address;
}

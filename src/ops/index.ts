/**
 * @module
 * All operations, under PyTorch's names. A test fails when one of them has no row in the case table.
 */

export { add, div, mul, pow, sub } from "./arithmetic.ts";
export { conv2d } from "./conv2d.ts";
export type { Conv2dOptions } from "./conv2d.ts";
export { abs, exp, log, neg, sqrt } from "./math.ts";
export { relu } from "./relu.ts";
export { mean, sum } from "./sum.ts";
export type { ReduceOptions } from "./sum.ts";
export type { Operand } from "./broadcast.ts";
export type { Pair } from "./window2d.ts";

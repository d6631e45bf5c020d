/**
 * @module
 * The geometry of sliding windows: padding, strides and output sizes of convolutions and pools.
 */

import { ArgumentError, formatShape, ShapeError } from "../errors.ts";
import type { Shape } from "../tensor/shape.ts";

/** One number for both directions, or [height, width]. */
export type Pair = number | readonly [number, number];

/** Both numbers of a {@link Pair}. */
export function pairOf(value: Pair): readonly [number, number] {
  return typeof value === "number" ? [value, value] : value;
}

/**
 * Both numbers of an option, checked to be integers of at least `least`.
 * @throws ArgumentError
 */
export function checkedPair(op: string, name: string, value: Pair, least: number): readonly [number, number] {
  const pair = pairOf(value);
  if (pair.length !== 2 || !pair.every((n) => Number.isInteger(n) && n >= least)) {
    throw new ArgumentError(
      `${op}: expected ${name} to be an integer >= ${least} or a pair of them, got ${JSON.stringify(value)}`,
    );
  }
  return pair;
}

/** Rows that a kernel of `size` taps covers when its taps are `dilation` apart. */
export function effectiveKernel(size: number, dilation: number): number {
  return dilation * (size - 1) + 1;
}

/**
 * The number of window positions along one direction: ⌊(in + padding − effective kernel) / stride⌋ + 1.
 * @param padding of both ends together
 * @param ceilMode rounds up instead, but drops a last window that would start beyond the input and its leading padding
 */
export function windowCount(
  inSize: number,
  padding: number,
  kernel: number,
  stride: number,
  ceilMode = false,
): number {
  const room = inSize + padding - kernel;
  if (!ceilMode) return Math.floor(room / stride) + 1;
  const count = Math.ceil(room / stride) + 1;
  return (count - 1) * stride >= inSize + padding / 2 ? count - 1 : count;
}

/** An image tensor's sizes, with a batch of 1 added to an unbatched one. */
export interface ImageShape {
  readonly batch: number;
  readonly channels: number;
  readonly height: number;
  readonly width: number;
  /** Whether the tensor had no batch dimension, so that neither has the result. */
  readonly unbatched: boolean;
}

/**
 * Reads [N, C, H, W] or [C, H, W].
 * @throws ShapeError for any other rank
 */
export function imageShape(op: string, shape: Shape): ImageShape {
  if (shape.length !== 3 && shape.length !== 4) {
    throw new ShapeError(`${op}: expected an input [N, C, H, W] or [C, H, W], got ${formatShape(shape)}`);
  }
  const unbatched = shape.length === 3;
  const [batch, channels, height, width] = unbatched ? [1, ...shape] : shape;
  return { batch, channels, height, width, unbatched };
}

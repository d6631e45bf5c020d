/**
 * @module
 * Windows that slide over an input: their sizes and strides as a caller may write them, and what each position covers.
 */

import { ArgumentError, formatShape, ShapeError } from "../errors.ts";
import { contiguousStrides } from "../tensor/shape.ts";
import type { Shape } from "../tensor/shape.ts";
import type { Tensor } from "../tensor/tensor.ts";

/** A size for each dimension of one example, the batch left out. */
export type WindowShape = readonly number[];

/**
 * The window of each input.
 * @throws ArgumentError when windows are missing
 * @throws ShapeError when one has another rank than its input, or is larger
 */
export function windowShapes(
  inputs: readonly Tensor[],
  asked: WindowShape | readonly WindowShape[] | undefined,
): readonly WindowShape[] {
  if (asked === undefined) {
    throw new ArgumentError(
      "Occlusion: slidingWindowShapes is missing; for images [N, C, H, W] as in [1, 4, 4]",
    );
  }
  return eachInput("slidingWindowShapes", asked, inputs).map((window, i) => {
    const sizes = inputs[i].shape.slice(1);
    if (
      window.length === sizes.length &&
      window.every((w, d) => Number.isInteger(w) && w >= 1 && w <= sizes[d])
    ) {
      return window;
    }
    throw new ShapeError(
      `Occlusion: expected a window of ${sizes.length} sizes from 1 to those of input ${i}, ${formatShape(sizes)} ` +
        `(the batch left out), got ${formatShape(window)}`,
    );
  });
}

/**
 * The strides of each input's window, a number for each dimension.
 * @throws ArgumentError when there are not as many as inputs
 * @throws ShapeError when one is not an integer of at least 1, or has another rank than its input
 */
export function windowStrides(
  inputs: readonly Tensor[],
  asked: number | WindowShape | readonly WindowShape[] = 1,
): readonly WindowShape[] {
  if (typeof asked === "number") {
    return windowStrides(
      inputs,
      inputs.map((x) => new Array<number>(x.ndim - 1).fill(asked)),
    );
  }
  return eachInput("strides", asked, inputs).map((stride, i) => {
    const rank = inputs[i].ndim - 1;
    if (stride.length === rank && stride.every((s) => Number.isInteger(s) && s >= 1)) return stride;
    throw new ShapeError(
      `Occlusion: expected ${rank} strides >= 1 for input ${i}, got ${formatShape(stride)}`,
    );
  });
}

function eachInput(
  name: string,
  asked: WindowShape | readonly WindowShape[],
  inputs: readonly Tensor[],
): readonly WindowShape[] {
  const list = isWindow(asked) ? [asked] : asked;
  if (list.length === inputs.length) return list;
  throw new ArgumentError(
    `Occlusion: expected ${name} for each of the ${inputs.length} inputs, got ${list.length}`,
  );
}

function isWindow(asked: WindowShape | readonly WindowShape[]): asked is WindowShape {
  return asked.every((entry) => typeof entry === "number");
}

/**
 * The flat indices, over all examples, that each position of the window covers.
 * @param input number of the input, for messages
 * @throws ArgumentError when the stride would leave elements uncovered
 */
export function slidingWindows(
  x: Tensor,
  window: WindowShape,
  stride: readonly number[],
  input: number,
): number[][] {
  const sizes = x.shape.slice(1);
  const counts = sizes.map((size, d) => {
    const room = size - window[d];
    if (room > 0 && stride[d] > window[d]) {
      throw new ArgumentError(
        `Occlusion: a stride of ${stride[d]} skips elements between windows of ${window[d]} in dimension ${d + 1} of ` +
          `input ${input}; expected at most the window`,
      );
    }
    return Math.ceil(room / stride[d]) + 1;
  });
  return gridPoints(counts).map((position) => {
    const starts = position.map((p, d) => p * stride[d]);
    const lengths = starts.map((start, d) => Math.min(window[d], sizes[d] - start));
    return boxIndices(x.shape, starts, lengths);
  });
}

/** Every index of a grid with `counts` points along its dimensions. */
function gridPoints(counts: Shape): number[][] {
  return counts.reduce<number[][]>(
    (points, count) => points.flatMap((point) => Array.from({ length: count }, (_, i) => [...point, i])),
    [[]],
  );
}

/** Flat indices of a box of one example, in all examples. */
function boxIndices(shape: Shape, starts: Shape, lengths: Shape): number[] {
  const strides = contiguousStrides(shape);
  const points = gridPoints([shape[0], ...lengths]);
  return points.map(([example, ...point]) =>
    point.reduce((index, p, d) => index + (starts[d] + p) * strides[d + 1], example * strides[0]),
  );
}

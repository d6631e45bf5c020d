/**
 * @module
 * Padding at the ends of dimensions.
 */

import { defineOp } from "../autograd/op.ts";
import { ArgumentError, formatShape, ShapeError } from "../errors.ts";
import { blockSources, FILL, gatherBlocks, scatterBlocks } from "../kernels/reference/gather.ts";
import { elementCount } from "../tensor/shape.ts";
import type { Shape } from "../tensor/shape.ts";
import type { Tensor } from "../tensor/tensor.ts";

/** What stands in the padding: a number, the mirrored inside, the edge, or the other end. */
export type PadMode = "constant" | "reflect" | "replicate" | "circular";

/** Options of {@link pad}, with PyTorch's defaults. */
export interface PadOptions {
  /** "constant". */
  readonly mode?: PadMode;
  /** The number that "constant" pads with; 0. */
  readonly value?: number;
}

interface Call extends PadOptions {
  readonly padding: readonly number[];
}

interface PadPlan {
  readonly outShape: Shape;
  /** For a block of the padded dimensions: where each element comes from. */
  readonly sources: Int32Array;
  /** Elements of the input in one block. */
  readonly inBlock: number;
  readonly value: number;
}

const op = defineOp<readonly [Tensor], Call, PadPlan>({
  name: "pad",
  plan: ([x], call) => planPad(x.shape, call),
  forward(y, [x], plan) {
    gatherBlocks(y, x.data, plan.sources, plan.inBlock, plan.value);
    return (dy, [dx]) => {
      if (dx) scatterBlocks(dx, dy, plan.sources, plan.inBlock);
    };
  },
});

/**
 * Lengthens dimensions at both ends, or shortens them where a number is negative. As `torch.nn.functional.pad`, except
 * that every mode takes any number of dimensions.
 *
 * - "constant" fills with `value`;
 * - "reflect" mirrors at the edge element, without repeating it: padding smaller than the dimension;
 * - "replicate" repeats the edge element;
 * - "circular" goes on at the other end: padding at most what stays of the dimension.
 *
 * @param padding pairs of (before, after), the last dimension first: `[left, right, top, bottom, ...]`
 * @throws ArgumentError when the padding is not pairs of integers or too large for its mode, or "value" meets another mode
 * @throws ShapeError when there are more pairs than dimensions, or nothing of a dimension stays
 *
 * @example
 * pad(zeros([1, 3, 32, 32]), [2, 2, 1, 1]).shape; // [1, 3, 34, 36]
 */
export function pad(x: Tensor, padding: readonly number[], options: PadOptions = {}): Tensor {
  return op([x], { ...options, padding });
}

function planPad(x: Shape, { padding, mode = "constant", value }: Call): PadPlan {
  if (padding.length % 2 !== 0 || !padding.every(Number.isInteger)) {
    throw new ArgumentError(
      `pad: expected pairs of integers (before, after), the last dimension first, got [${padding.join(", ")}]`,
    );
  }
  if (!Object.hasOwn(sourceOf, mode)) {
    throw new ArgumentError(`pad: expected a mode of ${Object.keys(sourceOf).join(", ")}, got "${mode}"`);
  }
  if (mode !== "constant" && value !== undefined) {
    throw new ArgumentError(`pad: mode "${mode}" takes no value, got ${value}`);
  }
  const padded = padding.length / 2;
  if (padded > x.length) {
    throw new ShapeError(
      `pad: [${padding.join(", ")}] pads ${padded} dimensions, but the input ${formatShape(x)} has ${x.length}`,
    );
  }
  const front = x.slice(0, x.length - padded);
  const sizes = x.slice(x.length - padded);
  const lines = sizes.map((size, d) => {
    // The pairs count from the last dimension.
    const pair = 2 * (padded - 1 - d);
    return line(x, front.length + d, size, padding[pair], padding[pair + 1], mode);
  });
  return {
    outShape: [...front, ...lines.map((l) => l.length)],
    sources: blockSources(lines, sizes),
    inBlock: elementCount(sizes),
    value: value ?? 0,
  };
}

/** The sources along dimension `d` of `x`. */
function line(x: Shape, d: number, size: number, before: number, after: number, mode: PadMode): Int32Array {
  const where = `dimension ${d} of ${formatShape(x)} by (${before}, ${after})`;
  // What is cut off can still be mirrored or repeated, but is neither kept nor gone round to.
  const kept = size + Math.min(before, 0) + Math.min(after, 0);
  const nothing = mode === "constant" ? kept < 0 : mode === "circular" ? kept < 1 : size < 1;
  if (nothing || size + before + after < (mode === "constant" ? 0 : 1)) {
    throw new ShapeError(`pad: cannot pad ${where} in mode "${mode}": not enough of it would stay`);
  }
  const most = mode === "reflect" ? size - 1 : mode === "circular" ? kept : Infinity;
  if (before > most || after > most) {
    throw new ArgumentError(`pad: mode "${mode}" takes padding of at most ${most} here, got ${where}`);
  }
  const source = sourceOf[mode];
  return Int32Array.from({ length: size + before + after }, (_, i) =>
    source(i - before, size, before, after),
  );
}

/** Where position `i` of the unpadded dimension comes from; below 0 and from `size` on it lies in the padding. */
type SourceOf = (i: number, size: number, before: number, after: number) => number;

const sourceOf: Readonly<Record<PadMode, SourceOf>> = {
  constant: (i, size) => (i < 0 || i >= size ? FILL : i),
  reflect: (i, size) => (i < 0 ? -i : i >= size ? 2 * (size - 1) - i : i),
  replicate: (i, size) => Math.min(Math.max(i, 0), size - 1),
  // What negative padding cuts off is gone before the rest goes round, as in PyTorch.
  circular(i, size, before, after) {
    const start = Math.max(-before, 0);
    const kept = size - start - Math.max(-after, 0);
    return start + ((((i - start) % kept) + kept) % kept);
  },
};

/**
 * @module
 * Resizing by interpolation.
 */

import { defineOp } from "../autograd/op.ts";
import { ArgumentError, formatShape, ShapeError } from "../errors.ts";
import { bilinearBackward, bilinearForward, linearWeights } from "../kernels/reference/bilinear.ts";
import type { BilinearGeometry } from "../kernels/reference/bilinear.ts";
import { blockSources, gatherBlocks, scatterBlocks } from "../kernels/reference/gather.ts";
import { elementCount } from "../tensor/shape.ts";
import type { Shape } from "../tensor/shape.ts";
import type { Tensor } from "../tensor/tensor.ts";

/** Options of {@link interpolate}: either `size` or `scaleFactor`, and how. */
export interface InterpolateOptions {
  /** Wanted sizes of the dimensions behind the channels; one number stands for all of them. */
  readonly size?: number | readonly number[];
  /** Or what to multiply those sizes by; the products are rounded down. */
  readonly scaleFactor?: number | readonly number[];
  /** "nearest" repeats pixels, "bilinear" draws lines between them; "nearest". */
  readonly mode?: "nearest" | "bilinear";
  /** For "bilinear": whether the centres of the corner pixels stay, rather than the edges of the image; false. */
  readonly alignCorners?: boolean;
}

/** One stretched dimension. */
interface Stretch {
  readonly inSize: number;
  readonly outSize: number;
  /** Input pixels per output pixel. */
  readonly pitch: number;
}

interface NearestPlan {
  readonly outShape: Shape;
  readonly sources: Int32Array;
  readonly inBlock: number;
}

interface BilinearPlan extends BilinearGeometry {
  readonly outShape: Shape;
}

const nearest = defineOp<readonly [Tensor], InterpolateOptions, NearestPlan>({
  name: "interpolate",
  plan([x], options) {
    if (options.alignCorners !== undefined) {
      throw new ArgumentError('interpolate: alignCorners belongs to mode "bilinear", got it with "nearest"');
    }
    const stretches = planStretches(x.shape, options);
    return {
      outShape: outShapeOf(x.shape, stretches),
      sources: blockSources(stretches.map(nearestSources), x.shape.slice(2)),
      inBlock: elementCount(x.shape.slice(2)),
    };
  },
  forward(y, [x], plan) {
    gatherBlocks(y, x.data, plan.sources, plan.inBlock, 0);
    return (dy, [dx]) => {
      if (dx) scatterBlocks(dx, dy, plan.sources, plan.inBlock);
    };
  },
});

const bilinear = defineOp<readonly [Tensor], InterpolateOptions, BilinearPlan>({
  name: "interpolate",
  plan: ([x], options) => planBilinear(x.shape, options),
  forward(y, [x], plan) {
    bilinearForward(y, x.data, plan);
    return (dy, [dx]) => {
      if (dx) bilinearBackward(dx, dy, plan);
    };
  },
});

/**
 * Resizes images. As `torch.nn.functional.interpolate`, with the modes "nearest" and "bilinear", without anti-aliasing
 * and without recomputing the scale factor.
 *
 * - "nearest": place i takes input pixel `⌊i · pitch⌋`, where `pitch` is input size / output size, or 1 / scaleFactor;
 * - "bilinear": place i lies at `(i + ½) · pitch − ½`, or with `alignCorners` at `i · (H − 1) / (H' − 1)`.
 *
 * @param x `[N, C, H, W]`; "nearest" also takes `[N, C, L]` and `[N, C, D, H, W]`
 * @throws ShapeError when `x` has another rank or nothing to interpolate
 * @throws ArgumentError when not exactly one of `size` and `scaleFactor` is given, a size comes to less than 1, or
 * `alignCorners` meets "nearest"
 *
 * @example
 * interpolate(zeros([1, 1, 7, 7]), { size: 28, mode: "bilinear" }).shape; // [1, 1, 28, 28]
 */
export function interpolate(x: Tensor, options: InterpolateOptions): Tensor {
  return (options.mode ?? "nearest") === "nearest" ? nearest([x], options) : bilinear([x], options);
}

function planBilinear(x: Shape, options: InterpolateOptions): BilinearPlan {
  if (x.length !== 4) {
    throw new ShapeError(`interpolate: mode "bilinear" expects an input [N, C, H, W], got ${formatShape(x)}`);
  }
  const alignCorners = options.alignCorners ?? false;
  const stretches = planStretches(x, options);
  const [rows, columns] = stretches.map(({ inSize, outSize, pitch }) => {
    const step = alignCorners ? (outSize > 1 ? (inSize - 1) / (outSize - 1) : 0) : pitch;
    return linearWeights(inSize, outSize, step, alignCorners);
  });
  const [inHeight, inWidth] = x.slice(2);
  return { outShape: outShapeOf(x, stretches), planes: x[0] * x[1], inHeight, inWidth, rows, columns };
}

function outShapeOf(x: Shape, stretches: readonly Stretch[]): Shape {
  return [x[0], x[1], ...stretches.map((s) => s.outSize)];
}

function planStretches(x: Shape, { size, scaleFactor }: InterpolateOptions): Stretch[] {
  const inSizes = x.slice(2);
  if (x.length < 3 || x.length > 5 || inSizes.includes(0)) {
    throw new ShapeError(
      `interpolate: expected an input [N, C, ...] with one to three dimensions of pixels, got ${formatShape(x)}`,
    );
  }
  const wanted = size ?? scaleFactor;
  if (wanted === undefined || (size !== undefined && scaleFactor !== undefined)) {
    throw new ArgumentError("interpolate: expected either size or scaleFactor");
  }
  const list = typeof wanted === "number" ? inSizes.map(() => wanted) : wanted;
  const name = size === undefined ? "scaleFactor" : "size";
  if (list.length !== inSizes.length) {
    throw new ArgumentError(
      `interpolate: expected ${inSizes.length} numbers in ${name} for ${formatShape(x)}, got ${formatShape(list)}`,
    );
  }
  const outSizes = size === undefined ? list.map((factor, d) => Math.floor(inSizes[d] * factor)) : list;
  if (!outSizes.every((outSize) => Number.isInteger(outSize) && outSize >= 1)) {
    throw new ArgumentError(
      `interpolate: expected sizes that are integers >= 1, got ${formatShape(outSizes)} from ${name} ${formatShape(list)}`,
    );
  }
  return outSizes.map((outSize, d) => {
    const inSize = inSizes[d];
    // A dimension that keeps its size stays as it is, whatever the factor was before rounding.
    const given = size === undefined && outSize !== inSize;
    return { inSize, outSize, pitch: given ? 1 / list[d] : inSize / outSize };
  });
}

/**
 * PyTorch multiplies in float32 whatever the dtype is, and its roundings decide between two neighbours; a size that
 * doubles is halved exactly, whatever the factor was before rounding.
 */
function nearestSources({ inSize, outSize, pitch }: Stretch): Int32Array {
  const step = outSize === 2 * inSize ? 0.5 : Math.fround(pitch);
  return Int32Array.from({ length: outSize }, (_, i) =>
    Math.min(Math.floor(Math.fround(i * step)), inSize - 1),
  );
}

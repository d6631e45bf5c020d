/**
 * @module
 * Dropout, of single elements or of whole channels.
 */

import { defineOp } from "../autograd/op.ts";
import type { TracedCall } from "../autograd/trace.ts";
import { ArgumentError, formatShape, ShapeError } from "../errors.ts";
import { fillMask, maskBackward, maskForward } from "../kernels/reference/dropout.ts";
import { allocate } from "../tensor/dtype.ts";
import type { FloatDType } from "../tensor/dtype.ts";
import { defaultGenerator } from "../tensor/random.ts";
import { elementCount } from "../tensor/shape.ts";
import type { Shape } from "../tensor/shape.ts";
import type { Tensor } from "../tensor/tensor.ts";

/** Where random numbers come from; a `Generator` is one. */
export interface UniformSource {
  /** The next number in [0, 1). */
  uniform64(): number;
}

/** Options of {@link dropout} and {@link dropout2d}, with PyTorch's defaults. */
export interface DropoutOptions {
  /** Probability that an element (or channel) becomes 0; 0.5. */
  readonly p?: number;
  /** Whether anything is dropped at all; true. False gives `x` itself back. */
  readonly training?: boolean;
  /** Decides what is dropped; the default generator. */
  readonly generator?: UniformSource;
}

/** What dropout decided about one call. */
export interface DropoutPlan {
  readonly outShape: Shape;
  /** Number of independent decisions, and how many neighbouring elements share one. */
  readonly decisions: number;
  readonly run: number;
  readonly p: number;
  readonly generator: UniformSource;
}

interface DropoutOp {
  (xs: readonly [Tensor], options: DropoutOptions): Tensor;
  planOf(call: TracedCall): DropoutPlan | null;
}

/** @param shared the trailing sizes, over which elements share a decision */
function defineDropout(name: string, shared: (shape: Shape) => Shape): DropoutOp {
  const op = defineOp<readonly [Tensor], DropoutOptions, DropoutPlan>({
    name,
    plan([x], options) {
      const run = elementCount(shared(x.shape));
      return {
        outShape: x.shape,
        decisions: run === 0 ? 0 : x.numel() / run,
        run,
        p: options.p ?? 0.5,
        generator: options.generator ?? defaultGenerator,
      };
    },
    forward(y, [x], { decisions, run, p, generator }) {
      const mask = allocate<FloatDType>(x.dtype, decisions);
      fillMask(mask, () => generator.uniform64(), 1 - p);
      maskForward(y, x.data, mask, run);
      return (dy, [dx]) => {
        if (dx) maskBackward(dx, dy, mask, run);
      };
    },
  });
  const call = ([x]: readonly [Tensor], options: DropoutOptions): Tensor => {
    const p = options.p ?? 0.5;
    if (!(p >= 0 && p <= 1)) throw new ArgumentError(`${name}: expected a probability p in [0, 1], got ${p}`);
    // Nothing to drop: the tensor itself, as in PyTorch, and no random numbers used up.
    return (options.training ?? true) && p > 0 ? op([x], options) : x;
  };
  return Object.assign(call, { planOf: op.planOf });
}

const elementwise = defineDropout("dropout", () => []);

const channelwise = defineDropout("dropout2d", (shape) => {
  if (shape.length < 2) {
    throw new ShapeError(
      `dropout2d: expected an input of at least two dimensions, got ${formatShape(shape)}`,
    );
  }
  return shape.slice(2);
});

/** The plan of a traced dropout or dropout2d, else null. */
export function dropoutPlanOf(call: TracedCall): DropoutPlan | null {
  return elementwise.planOf(call) ?? channelwise.planOf(call);
}

/**
 * Sets each element to 0 with probability `p` and multiplies the others by 1 / (1 − p), so that the expectation stays.
 * As `torch.nn.functional.dropout`. The mask of a seed is PyTorch's own, except on Intel's processors, where PyTorch
 * draws it from another library's stream.
 * @throws ArgumentError when `p` is not in [0, 1]
 *
 * @example
 * dropout(x, { p: 0.25, generator: new Generator(1) });
 */
export function dropout(x: Tensor, options: DropoutOptions = {}): Tensor {
  return elementwise([x], options);
}

/**
 * As {@link dropout}, but each channel `x[n, c]` falls or stays as a whole. As `torch.nn.functional.dropout2d`: the
 * first two dimensions count the channels whatever the rank is, so that `[N, C]` is treated element by element, and
 * `[A, B, C]` as `[N, C, L]`, not as an unbatched image. PyTorch warns about both; this does not.
 * @throws ArgumentError when `p` is not in [0, 1]
 * @throws ShapeError when `x` has fewer than two dimensions
 */
export function dropout2d(x: Tensor, options: DropoutOptions = {}): Tensor {
  return channelwise([x], options);
}

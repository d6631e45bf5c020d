/**
 * @module
 * Initial values. As `torch.nn.init`, drawn from PyTorch's streams.
 */

import { ArgumentError, formatShape } from "../errors.ts";
import { elementCount } from "../tensor/shape.ts";
import type { Shape } from "../tensor/shape.ts";
import { fillNormal, fillUniform } from "../tensor/random.ts";
import type { Generator } from "../tensor/random.ts";
import type { Tensor } from "../tensor/tensor.ts";

/** Which fan keeps the variance: that of the forward pass or that of the gradients. */
export type FanMode = "fanIn" | "fanOut";

/**
 * How many inputs feed one output of a weight `[out, in, ...kernel]`, and how many outputs one input feeds.
 * @throws ArgumentError for fewer than two dimensions
 */
export function fans(shape: Shape): { readonly fanIn: number; readonly fanOut: number } {
  if (shape.length < 2) {
    throw new ArgumentError(`init: expected a weight of at least two dimensions, got ${formatShape(shape)}`);
  }
  const taps = elementCount(shape.slice(2));
  return { fanIn: shape[1] * taps, fanOut: shape[0] * taps };
}

/** Fills with uniform numbers in [low, high). As `init.uniform_`. */
export function uniform<T extends Tensor>(x: T, low = 0, high = 1, generator?: Generator): T {
  fillUniform(x, low, high, generator);
  return x;
}

/** Fills with normal numbers. As `init.normal_`. */
export function normal<T extends Tensor>(x: T, mean = 0, std = 1, generator?: Generator): T {
  fillNormal(x, mean, std, generator);
  return x;
}

/** Fills with one value. As `init.constant_`. */
export function constant<T extends Tensor>(x: T, value: number): T {
  x.data.fill(value);
  return x;
}

/** Fills with 0. As `init.zeros_`. */
export function zeros<T extends Tensor>(x: T): T {
  return constant(x, 0);
}

/** Fills with 1. As `init.ones_`. */
export function ones<T extends Tensor>(x: T): T {
  return constant(x, 1);
}

/** What the Kaiming initialisations assume of the nonlinearity that follows. */
export interface KaimingOptions {
  /** Negative slope of the leaky ReLU that follows; 0 is a ReLU. */
  readonly a?: number;
  readonly mode?: FanMode;
  readonly generator?: Generator;
}

/** U(-b, b) with b = √(3 · 2 / ((1 + a²) · fan)): K. He et al., "Delving deep into rectifiers" (2015). */
export function kaimingUniform<T extends Tensor>(x: T, options: KaimingOptions = {}): T {
  const bound = Math.sqrt(3) * kaimingStd(x.shape, options);
  return uniform(x, -bound, bound, options.generator);
}

/** N(0, 2 / ((1 + a²) · fan)). */
export function kaimingNormal<T extends Tensor>(x: T, options: KaimingOptions = {}): T {
  return normal(x, 0, kaimingStd(x.shape, options), options.generator);
}

/** U(-b, b) with b = gain · √(6 / (fanIn + fanOut)): X. Glorot and Y. Bengio (2010). */
export function xavierUniform<T extends Tensor>(x: T, gain = 1, generator?: Generator): T {
  const { fanIn, fanOut } = fans(x.shape);
  const bound = Math.sqrt(3) * gain * Math.sqrt(2 / (fanIn + fanOut));
  return uniform(x, -bound, bound, generator);
}

/** N(0, gain² · 2 / (fanIn + fanOut)). */
export function xavierNormal<T extends Tensor>(x: T, gain = 1, generator?: Generator): T {
  const { fanIn, fanOut } = fans(x.shape);
  return normal(x, 0, gain * Math.sqrt(2 / (fanIn + fanOut)), generator);
}

/** Whether layers leave their parameters at zero; see {@link skipInit}. */
let skipping = false;

/**
 * Builds a net whose parameters are zero: for one whose weights are loaded next, as it saves drawing a million random
 * numbers. The twin of `torch.nn.utils.skip_init`.
 *
 * @example
 * const net = skipInit(() => new Net());
 * net.loadStateDict(state, { assign: true });
 */
export function skipInit<M>(build: () => M): M {
  const before = skipping;
  skipping = true;
  try {
    return build();
  } finally {
    skipping = before;
  }
}

/**
 * What `Conv2d` and `Linear` start from in PyTorch: the weight kaimingUniform with a = √5, which is U(±1/√fanIn), then
 * the bias from the same interval.
 */
export function defaultInit(weight: Tensor, bias: Tensor | null, generator?: Generator): void {
  if (skipping) return;
  kaimingUniform(weight, { a: Math.sqrt(5), ...(generator === undefined ? {} : { generator }) });
  if (bias === null) return;
  const { fanIn } = fans(weight.shape);
  const bound = fanIn > 0 ? 1 / Math.sqrt(fanIn) : 0;
  uniform(bias, -bound, bound, generator);
}

function kaimingStd(shape: Shape, { a = 0, mode = "fanIn" }: KaimingOptions): number {
  return Math.sqrt(2 / (1 + a * a)) / Math.sqrt(fans(shape)[mode]);
}

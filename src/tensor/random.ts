/**
 * @module
 * Random numbers in PyTorch's CPU streams: the same seed and the same calls give the same tensors.
 *
 * To the bit where PyTorch computes one number after the other: `rand`, `randint`, `randperm`, `bernoulli`, and in float32
 * the uniform initialisations and `randn` of fewer than 16 elements; in float64 these are within a unit in the last place. PyTorch computes longer `randn` with vectorised logarithms
 * and cosines; those agree to 1e-6. Dropout masks are its own too, except on Intel processors, where PyTorch's builds
 * draw them from another library's stream.
 */

import { ArgumentError } from "../errors.ts";
import type { TensorOptions } from "./creation.ts";
import { allocate } from "./dtype.ts";
import type { FloatDType, IntDType } from "./dtype.ts";
import { Mt19937 } from "./mt19937.ts";
import { checkShape, elementCount } from "./shape.ts";
import type { Shape } from "./shape.ts";
import { Tensor } from "./tensor.ts";

/** What a {@link Generator} needs to continue where another stopped. */
export interface GeneratorState {
  /** The Mersenne Twister's words and position. */
  readonly words: Uint32Array;
  /** The second of a pair of normal numbers, when one is waiting. */
  readonly nextNormal: number | null;
}

/** A stream of random numbers. As `torch.Generator("cpu")`. */
export class Generator {
  #twister: Mt19937;
  #nextNormal: number | null = null;

  /** @param seed an integer, of which the low 32 bits count, as in PyTorch; PyTorch's default seed otherwise */
  constructor(seed = 67280421310721) {
    this.#twister = new Mt19937(lowWord(seed));
  }

  /** Starts the stream of `seed`. As `torch.Generator.manual_seed`. */
  manualSeed(seed: number): this {
    this.#twister = new Mt19937(lowWord(seed));
    this.#nextNormal = null;
    return this;
  }

  /** The next 32 random bits. */
  random(): number {
    return this.#twister.next();
  }

  /** The next 64 random bits, the high word drawn first. */
  random64(): bigint {
    const high = BigInt(this.random());
    return (high << 32n) | BigInt(this.random());
  }

  /** The next float32 number in [0, 1), a multiple of 2^-24. */
  uniform(): number {
    return (this.random() & 0xffffff) * 2 ** -24;
  }

  /** The next float64 number in [0, 1), a multiple of 2^-53, from 64 random bits. */
  uniform64(): number {
    const high = this.random();
    const low = this.random();
    return ((high & 0x1fffff) * 2 ** 32 + low) * 2 ** -53;
  }

  /** The next number of the standard normal distribution, by the method of Box and Muller (1958): two for two. */
  normal(): number {
    if (this.#nextNormal !== null) {
      const waiting = this.#nextNormal;
      this.#nextNormal = null;
      return waiting;
    }
    const u1 = this.uniform64();
    const u2 = this.uniform64();
    const radius = Math.sqrt(-2 * Math.log1p(-u2));
    this.#nextNormal = radius * Math.sin(2 * Math.PI * u1);
    return radius * Math.cos(2 * Math.PI * u1);
  }

  /** A snapshot of the stream's position. */
  getState(): GeneratorState {
    return { words: this.#twister.getState(), nextNormal: this.#nextNormal };
  }

  /** Continues from a snapshot. */
  setState(state: GeneratorState): this {
    this.#twister.setState(state.words);
    this.#nextNormal = state.nextNormal;
    return this;
  }
}

/** The generator behind every call that names none. As `torch.default_generator`. */
export const defaultGenerator = new Generator();

/** Seeds {@link defaultGenerator}. As `torch.manual_seed`. */
export function manualSeed(seed: number): void {
  defaultGenerator.manualSeed(seed);
}

/** Element type, history and source of a random tensor. */
export interface RandomOptions<D extends FloatDType = "float32"> extends TensorOptions<D> {
  /** The stream to draw from; {@link defaultGenerator} unless said. */
  readonly generator?: Generator;
}

/** Uniform numbers in [0, 1). As `torch.rand`. */
export function rand<D extends FloatDType = "float32">(
  shape: Shape,
  options: RandomOptions<D> = {},
): Tensor<D> {
  const x = empty("rand", shape, options);
  fillUniform(x, 0, 1, options.generator);
  return x;
}

/** Numbers of the standard normal distribution. As `torch.randn`. */
export function randn<D extends FloatDType = "float32">(
  shape: Shape,
  options: RandomOptions<D> = {},
): Tensor<D> {
  const x = empty("randn", shape, options);
  fillNormal(x, 0, 1, options.generator);
  return x;
}

/**
 * Integers in [low, high), int64. As `torch.randint`: 32 random bits each, or 64 for ranges from 2^28
 * on, so that the remainder favours no value noticeably.
 * @throws ArgumentError when the range is empty or its ends are no safe integers
 */
export function randint(
  low: number,
  high: number,
  shape: Shape,
  generator = defaultGenerator,
): Tensor<"int64"> {
  if (!Number.isSafeInteger(low) || !Number.isSafeInteger(high) || high <= low) {
    throw new ArgumentError(`randint: expected safe integers low < high, got ${low} and ${high}`);
  }
  checkShape("randint", shape);
  const values = allocate("int64", elementCount(shape));
  const range = BigInt(high) - BigInt(low);
  const draw = range < 2n ** 28n ? () => BigInt(generator.random()) : () => generator.random64();
  for (let i = 0; i < values.length; i++) values[i] = BigInt(low) + (draw() % range);
  return new Tensor(values, shape, "int64");
}

/**
 * The integers 0..n-1 in random order. As `torch.randperm`.
 * @throws ArgumentError when n is not an integer in [0, 2^32 / 20), where PyTorch switches to another algorithm
 */
export function randperm<D extends IntDType = "int64">(
  n: number,
  options: { readonly generator?: Generator; readonly dtype?: D } = {},
): Tensor<D> {
  if (!Number.isInteger(n) || n < 0 || n >= 2 ** 32 / 20) {
    throw new ArgumentError(`randperm: expected an integer in [0, ${Math.floor(2 ** 32 / 20)}), got ${n}`);
  }
  const generator = options.generator ?? defaultGenerator;
  const order = Float64Array.from({ length: n }, (_, i) => i);
  for (let i = 0; i < n - 1; i++) {
    const j = i + (generator.random() % (n - i));
    const swapped = order[i];
    order[i] = order[j];
    order[j] = swapped;
  }
  return new Tensor(order, [n], "float64").to((options.dtype ?? "int64") as D);
}

/** Ones with the probability that `p` gives for each element, else zeros. As `torch.bernoulli`. */
export function bernoulli(p: Tensor, generator = defaultGenerator): Tensor {
  const x = new Tensor(allocate(p.dtype, p.numel()), p.shape, p.dtype);
  const single = p.dtype === "float32";
  for (let i = 0; i < x.data.length; i++) {
    x.data[i] = (single ? generator.uniform() : generator.uniform64()) < p.data[i] ? 1 : 0;
  }
  return x;
}

/**
 * Overwrites `x` with uniform numbers in [low, high). As `Tensor.uniform_`: for float32 the number is
 * fma(u, high - low, low) on float32 values, which PyTorch's builds for processors with FMA compute; for float64 the product
 * is rounded before the sum, so that the last bit may differ.
 */
export function fillUniform(x: Tensor, low: number, high: number, generator = defaultGenerator): void {
  const single = x.dtype === "float32";
  const from = single ? Math.fround(low) : low;
  const range = single ? Math.fround(Math.fround(high) - from) : high - low;
  // In float64 u · range + from is exact enough that storing it in float32 rounds as a fused operation does.
  for (let i = 0; i < x.data.length; i++) {
    x.data[i] = (single ? generator.uniform() : generator.uniform64()) * range + from;
  }
}

/** Overwrites `x` with numbers of the normal distribution. As `Tensor.normal_`. */
export function fillNormal(x: Tensor, mean: number, std: number, generator = defaultGenerator): void {
  const { data } = x;
  if (data.length < 16) {
    for (let i = 0; i < data.length; i++) data[i] = generator.normal() * std + mean;
    return;
  }
  const uniform = (): number => (x.dtype === "float32" ? generator.uniform() : generator.uniform64());
  for (let i = 0; i < data.length; i++) data[i] = uniform();
  const whole = data.length - (data.length % 16);
  for (let i = 0; i < whole; i += 16) boxMuller16(data.subarray(i, i + 16), mean, std);
  if (whole < data.length) {
    // PyTorch draws the last 16 anew, over some that are finished already.
    const tail = data.subarray(data.length - 16);
    for (let i = 0; i < 16; i++) tail[i] = uniform();
    boxMuller16(tail, mean, std);
  }
}

/** Turns 16 uniform numbers into 16 normal ones; the first 8 give the radius, the last 8 the angle of each pair. */
function boxMuller16(data: Float32Array | Float64Array, mean: number, std: number): void {
  for (let i = 0; i < 8; i++) {
    const radius = Math.sqrt(-2 * Math.log(1 - data[i]));
    const angle = 2 * Math.PI * data[i + 8];
    data[i] = radius * Math.cos(angle) * std + mean;
    data[i + 8] = radius * Math.sin(angle) * std + mean;
  }
}

function empty<D extends FloatDType>(op: string, shape: Shape, options: RandomOptions<D>): Tensor<D> {
  checkShape(op, shape);
  const dtype = (options.dtype ?? "float32") as D;
  return new Tensor(allocate(dtype, elementCount(shape)), shape, dtype, {
    requiresGrad: options.requiresGrad ?? false,
  });
}

/** The low 32 bits of an integer, also of one beyond 2^32 or below 0. */
function lowWord(seed: number): number {
  if (!Number.isSafeInteger(seed)) {
    throw new ArgumentError(`manualSeed: expected an integer, got ${seed}`);
  }
  return Number(BigInt.asUintN(32, BigInt(seed)));
}

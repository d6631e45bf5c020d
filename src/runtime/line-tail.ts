/**
 * @module
 * What follows the pool on a line (see ./line.ts), with a row for each point: forward, and back from one element of each row's result.
 */

import { linearPlanOf } from "../ops/linear.ts";
import type { Shape } from "../tensor/shape.ts";
import type { Tensor } from "../tensor/tensor.ts";
import { compile } from "./compile.ts";
import type { Traced } from "./compile.ts";
import { Layout } from "./layout.ts";
import type { Machine } from "./machine.ts";
import { blockFloats, blocksOf, blockShapeOf, imagePitch } from "./place.ts";
import type { BlockShape } from "./place.ts";
import type { Plan } from "./plan.ts";
import { scratchFloats } from "./rows-product.ts";
import type { Equipment } from "./runtime.ts";
import { tableOf } from "./table.ts";
import type { Panels } from "./weights.ts";

/** The tail of a line. Offsets count from the address that the methods are given. */
export interface Tail {
  /** Bytes of its buffers. */
  readonly bytes: number;
  readonly outShape: Shape;
  /** Where the pooled pictures of all points are to be put, in blocks, and where their gradients come to lie. */
  readonly pooled: number;
  readonly gradient: number;
  /** Whether of windows that are flat and alike only the first needs to be put there. */
  readonly joinsFlat: boolean;
  /**
   * Forward and back.
   * @param flat windows that are flat and alike; see {@link joinsFlat}
   * @param seed writes dL/d(result) at an address, over zeros
   */
  run(base: number, flat: readonly number[], seed: (address: number) => void): void;
}

/** The tail from a traced function of the pooled pictures. */
export function tailOf(equipment: Equipment, traced: Traced): Tail {
  const [flatten, second] = traced.calls;
  const call = flatten?.alias ? second : flatten;
  const [, weight, bias] = call?.inputs ?? [];
  const from = call?.inputs[0];
  const plan = call === undefined ? null : linearPlanOf(call);
  const fits =
    plan !== null &&
    weight !== null &&
    weight !== undefined &&
    (from === traced.input ||
      (flatten.alias && from === flatten.output && flatten.inputs[0] === traced.input)) &&
    weight.shape[1] === traced.input.shape.slice(1).reduce((product, size) => product * size, 1) &&
    call.output !== traced.output &&
    traced.calls.filter((other) => other.inputs.includes(from)).length === 1;
  return fits
    ? new LinearTail(equipment, traced, call.output, weight, bias ?? null)
    : new PlanTail(equipment, traced);
}

/** Any function, as a plan. */
class PlanTail implements Tail {
  readonly joinsFlat = false;
  readonly #plan: Plan;

  constructor({ machine, weights }: Equipment, traced: Traced) {
    this.#plan = compile(machine, weights, traced, { differentiable: true, inputForm: "blocks" });
  }

  get bytes(): number {
    return this.#plan.parts.bytes;
  }

  get outShape(): Shape {
    return this.#plan.outShape;
  }

  get pooled(): number {
    return this.#plan.parts.input;
  }

  get gradient(): number {
    return this.#plan.parts.inputGradient ?? this.#plan.parts.input;
  }

  run(base: number, _flat: readonly number[], seed: (address: number) => void): void {
    runBothWays(this.#plan, base, seed);
  }
}

/**
 * A fully connected layer first, then any function. Where windows are flat and alike, with the value f, W · x is
 * (Σ over all windows of W) · f + the sum over the other windows of W · (x − f); the first factor is the same for all pictures. Backwards,
 * only hidden units that pass a gradient are multiplied.
 */
class LinearTail implements Tail {
  readonly joinsFlat = true;
  readonly bytes: number;
  readonly pooled: number;
  readonly gradient: number;
  readonly #machine: Machine;
  readonly #rest: Plan;
  readonly #picture: BlockShape;
  readonly #hidden: BlockShape;
  readonly #panels: Panels;
  /** The weights of a picture of one colour. */
  readonly #sums: Panels;
  readonly #bias: number;
  readonly #zeros: number;
  readonly #pooledBases: number;
  readonly #hiddenBases: number;
  readonly #channelRuns: number;
  readonly #terms: number;
  /** For each block that is listed, that of the first flat window. */
  readonly #less: number;
  readonly #scratch: number;

  constructor(
    { machine, weights }: Equipment,
    traced: Traced,
    hidden: Tensor,
    weight: Tensor,
    bias: Tensor | null,
  ) {
    const picture = blockShapeOf(traced.input.shape);
    const hiddenShape = blockShapeOf(hidden.shape);
    if (picture === null || hiddenShape === null) throw new Error("a fully connected layer of no pictures");
    this.#machine = machine;
    this.#picture = picture;
    this.#hidden = hiddenShape;
    const rest = { input: hidden, output: traced.output, calls: traced.calls };
    this.#rest = compile(machine, weights, rest, { differentiable: true, inputForm: "blocks" });
    const pixels = picture.height * picture.width;
    this.#panels = weights.linear(weight, picture.channels, pixels);
    this.#sums = weights.sumsOfPixels(weight, picture.channels, pixels);
    this.#bias = weights.bias(bias, hiddenShape.channels);
    const terms = 8 * blocksOf(picture.channels) * pixels;
    this.#zeros = weights.bias(null, terms);
    const rows = Array.from({ length: picture.images }, (_, row) => row);
    this.#pooledBases = tableOf(
      machine,
      rows.map((row) => row * imagePitch(picture)),
    );
    this.#hiddenBases = tableOf(
      machine,
      rows.map((row) => row * imagePitch(hiddenShape)),
    );
    const channelBlocks = blocksOf(picture.channels);
    this.#channelRuns = tableOf(
      machine,
      Array.from({ length: channelBlocks }, (_, block) => 32 * block * pixels),
    );
    const layout = new Layout();
    const own = this.#rest.parts.bytes;
    this.pooled = own + layout.take(blockFloats(picture));
    this.gradient = own + layout.take(blockFloats(picture));
    this.#terms = own + layout.take(Math.max(terms, hiddenShape.channels) + 8);
    this.#less = own + layout.take(terms);
    this.#scratch = own + layout.take(scratchFloats(machine, picture.images));
    this.bytes = own + layout.bytes;
  }

  get outShape(): Shape {
    return this.#rest.outShape;
  }

  run(base: number, flat: readonly number[], seed: (address: number) => void): void {
    this.#hiddenOf(base, flat);
    runBothWays(this.#rest, base, seed);
    this.#gradientOf(base);
  }

  /** The fully connected layer of the pooled pictures. */
  #hiddenOf(base: number, flat: readonly number[]): void {
    const { code, integers } = this.#machine;
    const picture = this.#picture;
    const pixels = picture.height * picture.width;
    const channelBlocks = blocksOf(picture.channels);
    const blocks = blocksOf(this.#hidden.channels);
    const joined = new Set(flat.length > 1 ? flat : []);
    const first = (base + this.#terms) >>> 2;
    const less = (base + this.#less) >>> 2;
    let count = 0;
    for (let block = 0; block < channelBlocks; block++) {
      for (let pixel = 0; pixel < pixels; pixel++) {
        if (joined.has(pixel)) continue;
        integers[first + count] = 32 * (block * pixels + pixel);
        integers[less + count++] = 32 * (block * pixels + flat[0]);
      }
    }
    const to = base + this.#rest.parts.input;
    code.multiplyRows(
      to,
      imagePitch(this.#hidden),
      base + this.pooled,
      this.#pooledBases,
      picture.images,
      base + this.#terms,
      joined.size > 0 ? base + this.#less : 0,
      count,
      this.#panels.address,
      this.#panels.pitch,
      8 * blocks,
      this.#bias,
      0,
      base + this.#scratch,
    );
    if (joined.size === 0) return;
    code.contractBlocks(
      to,
      imagePitch(this.#hidden),
      32,
      base + this.pooled + 32 * flat[0],
      this.#pooledBases,
      picture.images,
      this.#channelRuns,
      channelBlocks,
      channelBlocks,
      8,
      this.#sums.address,
      this.#sums.pitch,
      blocks,
      0,
      0,
    );
  }

  /** Its adjoint, over the hidden units that pass a gradient at some point. */
  #gradientOf(base: number): void {
    const { code, integers, floats } = this.#machine;
    const { inputGradient } = this.#rest.parts;
    if (inputGradient === null) return;
    const from = base + inputGradient;
    const pitch = imagePitch(this.#hidden);
    const first = (base + this.#terms) >>> 2;
    let count = 0;
    for (let unit = 0; unit < this.#hidden.channels; unit++) {
      let passes = false;
      for (let row = 0; row < this.#hidden.images && !passes; row++) {
        passes = floats[((from + row * pitch) >>> 2) + unit] !== 0;
      }
      if (passes) integers[first + count++] = 4 * unit;
    }
    code.contractListed(
      base + this.gradient,
      imagePitch(this.#picture),
      32,
      from,
      this.#hiddenBases,
      this.#picture.images,
      base + this.#terms,
      count,
      this.#panels.address,
      this.#panels.pitch,
      blocksOf(this.#picture.channels) * this.#picture.height * this.#picture.width,
      this.#zeros,
      base + this.#scratch,
    );
  }
}

function runBothWays(plan: Plan, base: number, seed: (address: number) => void): void {
  const { machine, forward, backward, outputGradient } = plan.parts;
  for (const step of forward) step.run(base);
  if (outputGradient === null) return;
  const count = plan.outShape.reduce((product, size) => product * size, 1);
  const address = base + outputGradient;
  machine.floats.fill(0, address >>> 2, (address >>> 2) + count);
  seed(address);
  for (const step of backward) step.run(base);
}

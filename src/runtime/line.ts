/**
 * @module
 * The weighted sum of a function's gradients on a straight line, by a shorter way than computing every point.
 *
 * On x(α) = b + α · (x − b) the first convolution gives z(α) = p + α · q, so each unit of the rectifier behind it switches at most
 * once, and between two points of the line few do. The second convolution of what is on is P + α · Q, where P and Q change
 * by the units that switched alone. Nothing is approximated: which units are on is decided by the first convolution itself at
 * every point, and where two values that the pool compares come as close as rounding, the second convolution itself decides,
 * in the order of sums of the eager function. So every decision is the eager one's.
 *
 * Backwards, let G_k be the gradient at the second convolution's result at point k, times its weight. A unit that is on
 * everywhere takes the adjoint of Σ_k G_k; one that switches at point s takes ± the adjoint of Σ_{k ≥ s} G_k, at its pixel and
 * channel only. The first convolution's adjoint runs once. What follows the pool runs as an ordinary plan, with a row for each point.
 */

import { noGrad, trace } from "../autograd/index.ts";
import { zeros } from "../tensor/creation.ts";
import type { Shape } from "../tensor/shape.ts";
import type { Tensor } from "../tensor/tensor.ts";
import { compile } from "./compile.ts";
import type { Traced } from "./compile.ts";
import { Layout } from "./layout.ts";
import { linePartsOf } from "./line-parts.ts";
import type { LineParts } from "./line-parts.ts";
import { SecondConvolution } from "./line-second.ts";
import { GradientSums } from "./line-sums.ts";
import { tailOf } from "./line-tail.ts";
import type { Tail } from "./line-tail.ts";
import { windowsOf } from "./line-windows.ts";
import type { Rows } from "./line-windows.ts";
import type { Machine } from "./machine.ts";
import { blockFloats, blocksOf, imagePitch } from "./place.ts";
import type { BlockShape } from "./place.ts";
import type { Plan } from "./plan.ts";
import type { Equipment } from "./runtime.ts";
import { tableOf } from "./table.ts";

/** A line and what is summed on it. */
export interface LineRequest {
  /** Its start b, one example [1, C, H, W]. */
  readonly baseline: Float32Array;
  /** x − b. */
  readonly difference: Float32Array;
  /** The points, and the weight of each gradient. */
  readonly alphas: Float32Array;
  readonly weights: Float32Array;
  /** Which element of a row is differentiated, given the shape of the result for all points. */
  readonly target: (outShape: Shape) => number;
}

/** Room for this many switches of each unit; more than one happens by rounding alone. */
const FLIPS_PER_UNIT = 2;

/** Places of doubt that one point may have; with more the ordinary way is as good. */
const MOST_DOUBTS = 4096;

/**
 * How far two ways of summing the same terms may part, in units of float32's rounding times a bound of Σ |term|. Of trained and
 * untrained nets, on digits, noise and lines between digits, 0.6 was the most that a value was off; a comparison has two of them,
 * and this is three times that. What lies closer is decided anew.
 */
const ROUNDINGS = 4;

const HALF_ULP = 2 ** -24;

/**
 * Makes the short way for a function and a number of points, or gives null when the function is of another form.
 * @param shape of one example, [1, C, H, W]
 * @throws CannotCompile
 */
export function lineFor(
  forward: (x: Tensor) => Tensor,
  shape: readonly number[],
  points: number,
  equipment: Equipment,
): Line | null {
  if (shape.length !== 4) return null;
  const one = linePartsOf(tracedOn(forward, shape));
  const many = linePartsOf(tracedOn(forward, [points, ...shape.slice(1)]));
  return one === null || many === null ? null : new Line(equipment, one, many);
}

function tracedOn(forward: (x: Tensor) => Tensor, shape: readonly number[]): Traced {
  const input = zeros(shape);
  const { result, calls } = noGrad(() => trace(() => forward(input)));
  return { input, output: result, calls };
}

/** Offsets of the buffers of a {@link Line}. */
interface Buffers {
  /** z at the first point, and at the points just passed and just reached. */
  readonly zFirst: number;
  readonly z: readonly [number, number];
  readonly p: number;
  readonly q: number;
  readonly masked: number;
  readonly places: number;
  readonly flips: number;
  readonly flipsEnd: number;
  readonly doubts: number;
  readonly gradient: number;
  readonly point: number;
  readonly baseline: number;
  readonly difference: number;
}

/** The short way, ready to run for any example of one shape. */
export class Line {
  readonly #machine: Machine;
  readonly #parts: LineParts;
  readonly #points: number;
  readonly #first: Plan;
  readonly #tail: Tail;
  readonly #second: SecondConvolution;
  readonly #sums: GradientSums;
  readonly #buffers: Buffers;
  readonly #bytes: number;
  /** The result of the first convolution. */
  readonly #units: BlockShape;
  /** The result of the pool, for all points. */
  readonly #pooled: BlockShape;
  /** Which pixels of the sums of gradients each window of the pool has. */
  readonly #pixelsOfWindows: number;

  constructor({ machine, weights }: Equipment, one: LineParts, many: LineParts) {
    const { first, second, pool } = one;
    this.#machine = machine;
    this.#parts = one;
    this.#points = many.pool.batch;
    const { input, output, calls } = { input: first.inputs[0], output: first.output, calls: [first] };
    if (input === null) throw new Error("a convolution without an input");
    this.#first = compile(
      machine,
      weights,
      { input, output, calls },
      { differentiable: true, outputForm: "blocks" },
    );
    this.#tail = tailOf({ machine, weights }, many.tail);
    const { g } = second;
    this.#units = { images: 1, channels: g.inChannels, height: g.inHeight, width: g.inWidth };
    this.#pooled = {
      images: this.#points,
      channels: g.outChannels,
      height: pool.outHeight,
      width: pool.outWidth,
    };
    const layout = new Layout();
    this.#second = new SecondConvolution(machine, weights, layout, second);
    this.#sums = new GradientSums(machine, weights, layout, second);
    this.#buffers = this.#takeBuffers(layout, input.data.length);
    this.#bytes = this.#first.parts.bytes + this.#tail.bytes + layout.bytes;
    this.#pixelsOfWindows = tableOf(machine, this.#sums.pixelsOfWindows(pool));
  }

  #takeBuffers(layout: Layout, inputFloats: number): Buffers {
    const units = blockFloats(this.#units);
    const flips = layout.take(2 * FLIPS_PER_UNIT * units);
    const windows = this.#pooled.height * this.#pooled.width;
    return {
      zFirst: layout.take(units),
      z: [layout.take(units), layout.take(units)],
      p: layout.take(units),
      q: layout.take(units),
      masked: layout.take(units),
      places: layout.take(2 * this.#points * blocksOf(this.#pooled.channels) * windows),
      flips,
      flipsEnd: flips + 8 * FLIPS_PER_UNIT * units,
      doubts: layout.take(2 * MOST_DOUBTS),
      gradient: layout.take(units),
      point: layout.take(inputFloats),
      baseline: layout.take(inputFloats),
      difference: layout.take(inputFloats),
    };
  }

  /**
   * Σ_k weight_k · dF(x(α_k))/dx, F being the target element of the result; or null when this example is none for the short way: it
   * is not finite, or rounding would have to decide too often.
   */
  sumOfGradients(request: LineRequest): Float32Array | null {
    if (!request.difference.every(Number.isFinite) || !request.baseline.every(Number.isFinite)) return null;
    const machine = this.#machine;
    const base = machine.scratch(this.#bytes);
    machine.lastRun = request;
    const tailBase = base + this.#first.parts.bytes;
    const own = tailBase + this.#tail.bytes;
    const rows = windowsOf(this.#parts, request.baseline, request.difference, this.#tail.joinsFlat);
    const ends = this.#forward(request, rows, base, tailBase, own);
    if (ends === null) return null;
    this.#runTail(request, rows.flat, tailBase);
    this.#backward(ends, tailBase, own);
    return this.#firstAdjoint(base, own);
  }

  /** Runs the line up to the pool. Returns where the switches of each point end in the list, or null when it gives up. */
  #forward(request: LineRequest, rows: Rows, base: number, tailBase: number, own: number): number[] | null {
    const machine = this.#machine;
    const { code } = machine;
    const b = this.#buffers;
    const units = blockFloats(this.#units);
    machine.floats.set(request.baseline, (own + b.baseline) >>> 2);
    machine.floats.set(request.difference, (own + b.difference) >>> 2);
    this.#firstAt(1, own, base, own + b.q);
    this.#firstAt(0, own, base, own + b.p);
    code.pointOnLine(own + b.q, own + b.q, own + b.p, -1, units);

    this.#second.useRows(rows, own);
    this.#clearPlaces(own);
    const margin =
      ROUNDINGS * HALF_ULP * this.#second.largestSum(code.largestOnLine(own + b.p, own + b.q, units));
    const ends: number[] = [own + b.flips];
    for (let k = 0; k < this.#points; k++) {
      const alpha = request.alphas[k];
      const now = own + (k === 0 ? b.zFirst : b.z[k % 2]);
      this.#firstAt(alpha, own, base, now);
      if (k === 0) {
        for (const [from, what] of [
          [own + b.p, "P"],
          [own + b.q, "Q"],
        ] as const) {
          code.keepOn(own + b.masked, from, now, units);
          this.#second.start(what, own + b.masked, own);
        }
      } else {
        const before = own + (k === 1 ? b.zFirst : b.z[(k - 1) % 2]);
        const list = ends[k - 1];
        const end = this.#listFlips(list, own + b.flipsEnd, before, now);
        if (end === 0) return null;
        this.#second.switchUnits(list, end, own + b.p, own + b.q, own);
        ends.push(end);
      }
      if (!this.#pool(k, alpha, margin, now, tailBase, own)) return null;
    }
    return ends;
  }

  /** z at a point: the first convolution, without its rectifier. */
  #firstAt(alpha: number, own: number, base: number, to: number): void {
    const { code, floats } = this.#machine;
    const { input, output, forward } = this.#first.parts;
    const b = this.#buffers;
    const count = this.#first.inShape.reduce((product, size) => product * size, 1);
    code.pointOnLine(own + b.point, own + b.baseline, own + b.difference, alpha, count);
    floats.copyWithin((base + input) >>> 2, (own + b.point) >>> 2, ((own + b.point) >>> 2) + count);
    for (const step of forward) step.run(base);
    const units = blockFloats(this.#units);
    floats.copyWithin(to >>> 2, (base + output) >>> 2, ((base + output) >>> 2) + units);
  }

  #listFlips(list: number, limit: number, before: number, now: number): number {
    const { height, width, channels } = this.#units;
    return this.#machine.code.listFlips(list, limit, before, now, blocksOf(channels), height * width);
  }

  /** Pools at point k into the tail's input. False when rounding would have to decide too often. */
  #pool(k: number, alpha: number, margin: number, z: number, tailBase: number, own: number): boolean {
    const { code } = this.#machine;
    const b = this.#buffers;
    const { height, width, channels } = this.#pooled;
    const blocks = blocksOf(channels);
    const y = tailBase + this.#tail.pooled + k * imagePitch(this.#pooled);
    const places = own + b.places + 8 * k * blocks * height * width;
    const doubts = own + b.doubts;
    const end = code.poolLine(
      y,
      places,
      height * width,
      own + this.#second.rowsOf("P"),
      own + this.#second.rowsOf("Q"),
      alpha,
      own + this.#second.windows,
      this.#second.windowCount,
      blocks,
      margin,
      doubts,
      doubts + 8 * MOST_DOUBTS,
      this.#parts.rectify ? 1 : 0,
    );
    if (end === 0) return false;
    if (end > doubts) this.#second.decide(doubts, end, z, y, places, own, this.#parts);
    // Backwards, a rectifier behind the pool asks every window's value.
    if (this.#parts.rectify) this.#second.spreadFlat(y, height * width, own);
    return true;
  }

  /** The tail for all points, and its adjoint from one element of each row's result, times the point's weight. */
  #runTail(request: LineRequest, flat: readonly number[], tailBase: number): void {
    const { floats } = this.#machine;
    const { outShape } = this.#tail;
    const row = outShape.reduce((product, size) => product * size, 1) / this.#points;
    const target = request.target(outShape);
    this.#tail.run(tailBase, flat, (address) => {
      for (let k = 0; k < this.#points; k++) {
        floats[(address >>> 2) + k * row + target] = request.weights[k];
      }
    });
  }

  /** From the pool to the units: the points in reverse, so that the sums from a point on are at hand when its switches are. */
  #backward(ends: readonly number[], tailBase: number, own: number): void {
    const machine = this.#machine;
    const { code } = machine;
    const b = this.#buffers;
    const { gradient, pooled } = this.#tail;
    const { height, width, channels } = this.#pooled;
    const blocks = blocksOf(channels);
    const pitch = imagePitch(this.#pooled);
    const units = blockFloats(this.#units);
    machine.floats.fill(0, (own + b.gradient) >>> 2, ((own + b.gradient) >>> 2) + units);
    this.#sums.clear(own);
    for (let k = this.#points - 1; k >= 0; k--) {
      const d = tailBase + gradient + k * pitch;
      if (this.#parts.rectify) code.maskRectified(d, tailBase + pooled + k * pitch, pitch / 4);
      const places = own + b.places + 8 * k * blocks * height * width;
      code.addUnpooled(own + this.#sums.sums, d, places, this.#pixelsOfWindows, height * width, blocks);
      if (k > 0) this.#sums.gatherSwitched(ends[k - 1], ends[k], own + b.gradient, own);
    }
    this.#sums.adjoint(own + b.masked, own);
    code.keepOn(own + b.masked, own + b.masked, own + b.zFirst, units);
    code.add(own + b.gradient, own + b.gradient, own + b.masked, units);
  }

  /** Windows that are not computed are flat: their first pixel wins. */
  #clearPlaces(own: number): void {
    const { height, width, channels } = this.#pooled;
    const first = (own + this.#buffers.places) >>> 2;
    this.#machine.integers.fill(0, first, first + 2 * this.#points * blocksOf(channels) * height * width);
  }

  #firstAdjoint(base: number, own: number): Float32Array {
    const { floats } = this.#machine;
    const { outputGradient, inputGradient, backward } = this.#first.parts;
    const count = this.#first.inShape.reduce((product, size) => product * size, 1);
    if (outputGradient === null || inputGradient === null) return new Float32Array(count);
    const from = (own + this.#buffers.gradient) >>> 2;
    floats.copyWithin((base + outputGradient) >>> 2, from, from + blockFloats(this.#units));
    for (const step of backward) step.run(base);
    return this.#machine.view(base + inputGradient, count).slice();
  }
}

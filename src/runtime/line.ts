/**
 * @module
 * The weighted sum of a function's gradients on a straight line, by a shorter way than computing every point.
 *
 * On x(α) = b + α · (x − b) the first convolution gives z(α) = p + α · q, so each unit of the rectifier behind it switches at most
 * once, and between two points of the line few do. The second convolution of what is on is P + α · Q, where P and Q change
 * by the units that switched alone; they start at α = 0. Nothing is approximated: which units are on is decided by the first convolution itself at
 * every point, and where two values that the pool compares come as close as rounding, the second convolution itself decides,
 * in the order of sums of the eager function. So every decision is the eager one's.
 *
 * Backwards, let G_k be the gradient at the second convolution's result at point k, times its weight. A unit that is on
 * at α = 0 takes the adjoint of Σ_k G_k; one that switches at point s takes ± the adjoint of Σ_{k ≥ s} G_k, at its pixel and
 * channel only. The first convolution's adjoint runs once. What follows the pool runs as an ordinary plan, with a row for each point.
 */

import { noGrad, trace } from "../autograd/index.ts";
import { zeros } from "../tensor/creation.ts";
import type { Shape } from "../tensor/shape.ts";
import type { Tensor } from "../tensor/tensor.ts";
import type { Traced } from "./compile.ts";
import { Layout } from "./layout.ts";
import { FirstConvolution } from "./line-first.ts";
import { JoinedConvolutions } from "./line-joined.ts";
import { linePartsOf } from "./line-parts.ts";
import type { LineParts } from "./line-parts.ts";
import { SecondConvolution } from "./line-second.ts";
import { GradientSums } from "./line-sums.ts";
import { tailOf } from "./line-tail.ts";
import type { Tail } from "./line-tail.ts";
import { windowsOf } from "./line-windows.ts";
import type { Rows } from "./line-windows.ts";
import type { Machine } from "./machine.ts";
import { blockFloats, blocksOf, imagePitch, planeFloats } from "./place.ts";
import type { BlockShape } from "./place.ts";
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
 * untrained nets, on digits, noise and lines between digits, 1.2 was the most that a value was off; a comparison has two of them,
 * and this is two and a half times that. What lies closer is decided anew.
 */
const ROUNDINGS = 6;

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
  /** Masks of the units that are on at the point just reached and at the one before, in turns. */
  readonly masks: readonly [number, number];
  readonly p: number;
  readonly q: number;
  readonly masked: number;
  readonly places: number;
  readonly flips: number;
  readonly flipsEnd: number;
  readonly doubts: number;
  readonly margins: number;
  readonly gradient: number;
  readonly baseline: number;
  readonly difference: number;
}

/** The short way, ready to run for any example of one shape. */
export class Line {
  readonly #machine: Machine;
  readonly #parts: LineParts;
  readonly #points: number;
  readonly #first: FirstConvolution;
  readonly #tail: Tail;
  readonly #second: SecondConvolution;
  readonly #joined: JoinedConvolutions | null;
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
    const { first, relu, second, pool } = one;
    this.#machine = machine;
    this.#parts = one;
    this.#points = many.pool.batch;
    this.#first = new FirstConvolution({ machine, weights }, first, relu);
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
    this.#joined = JoinedConvolutions.of({ machine, weights }, layout, one, this.#sums.width);
    this.#buffers = this.#takeBuffers(layout, first.inputs[0]?.numel() ?? 0);
    this.#bytes = this.#first.bytes + this.#tail.bytes + layout.bytes;
    this.#pixelsOfWindows = tableOf(machine, this.#sums.pixelsOfWindows(pool));
  }

  /** 32-bit words of a mask: a bit for each unit, and what steps of 8 bytes read beyond the last. */
  get #maskWords(): number {
    return Math.ceil(blockFloats(this.#units) / 32) + 2;
  }

  #takeBuffers(layout: Layout, inputFloats: number): Buffers {
    const units = blockFloats(this.#units);
    const flipFloats = 4 * FLIPS_PER_UNIT * units;
    const flips = layout.take(flipFloats);
    const windows = this.#pooled.height * this.#pooled.width;
    const mask = this.#maskWords;
    return {
      masks: [layout.take(mask), layout.take(mask)],
      p: layout.take(units),
      q: layout.take(units),
      masked: layout.take(units),
      places: layout.take(2 * this.#points * blocksOf(this.#pooled.channels) * windows),
      flips,
      flipsEnd: flips + 4 * flipFloats,
      doubts: layout.take(2 * MOST_DOUBTS),
      margins: layout.take(this.#pooled.channels),
      gradient: layout.take(units),
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
    const tailBase = base + this.#first.bytes;
    const own = tailBase + this.#tail.bytes;
    const rows = windowsOf(this.#parts, request.baseline, request.difference, this.#tail.joinsFlat);
    const ends = this.#forward(request, rows, base, tailBase, own);
    if (ends === null) return null;
    this.#runTail(request, rows.flat, tailBase);
    this.#backward(ends, tailBase, own);
    return this.#inputGradient(rows, base, own);
  }

  /**
   * Runs the line up to the pool. Returns where the switches on the way to each point begin in the list, and behind the last where
   * they end; or null when it gives up.
   */
  #forward(request: LineRequest, rows: Rows, base: number, tailBase: number, own: number): number[] | null {
    const { code } = this.#machine;
    const b = this.#buffers;
    const { height, width, channels } = this.#units;
    const blocks = blocksOf(channels);
    const reach = this.#start(request, rows, base, own);
    const ends: number[] = [own + b.flips];
    for (let k = 0; k < this.#points; k++) {
      const alpha = request.alphas[k];
      const units = this.#first.unitsAt(alpha, own + b.baseline, own + b.difference, base);
      const before = own + b.masks[k % 2];
      const now = own + b.masks[(k + 1) % 2];
      code.unitsOn(now, units, blocks, height * width);
      const list = ends[k];
      const [p, q] = [own + b.p, own + b.q];
      const end = code.listFlips(list, own + b.flipsEnd, before, now, p, q, blocks, height * width);
      if (end === 0) return null;
      this.#second.switchUnits(list, end, own);
      ends.push(end);
      this.#second.writeMargins(own + b.margins, ROUNDINGS * HALF_ULP, reach.p + Math.abs(alpha) * reach.q);
      if (!this.#pool(k, alpha, units, tailBase, own)) return null;
    }
    return ends;
  }

  /** p, q, P, Q and the mask at α = 0. Returns the largest |p| and |q|. */
  #start(request: LineRequest, rows: Rows, base: number, own: number): { p: number; q: number } {
    const { code, floats, integers } = this.#machine;
    const b = this.#buffers;
    const units = blockFloats(this.#units);
    const [baseline, difference, p, q] = [own + b.baseline, own + b.difference, own + b.p, own + b.q];
    floats.set(request.baseline, baseline >>> 2);
    floats.set(request.difference, difference >>> 2);
    this.#first.affineAt(1, baseline, difference, q, base);
    this.#first.affineAt(0, baseline, difference, p, base);
    code.pointOnLine(q, q, p, -1, units);

    this.#second.useRows(rows, own);
    this.#clearPlaces(own);
    for (const mask of b.masks) {
      const first = (own + mask) >>> 2;
      integers.fill(0, first, first + this.#maskWords);
    }
    code.unitsOn(own + b.masks[0], p, blocksOf(this.#units.channels), this.#units.height * this.#units.width);
    code.keepOn(own + b.masked, p, p, units);
    this.#second.startP(own + b.masked, own);
    this.#startQ(rows, own);
    return { p: code.largest(p, units), q: code.largest(q, units) };
  }

  #startQ({ corners }: Rows, own: number): void {
    const { p, q, masked, difference } = this.#buffers;
    if (corners === null || this.#joined === null) {
      this.#machine.code.keepOn(own + masked, own + q, own + p, blockFloats(this.#units));
      this.#second.startQ(own + masked, own);
      return;
    }
    this.#joined.useChannels(own + p, 4 * planeFloats(this.#units), own);
    this.#joined.rows(own + this.#second.rowsOf("Q"), corners, own + difference, own);
  }

  /** Pools at point k into the tail's input. False when rounding would have to decide too often. */
  #pool(k: number, alpha: number, units: number, tailBase: number, own: number): boolean {
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
      own + b.margins,
      doubts,
      doubts + 8 * MOST_DOUBTS,
      this.#parts.rectify ? 1 : 0,
    );
    if (end === 0) return false;
    if (end > doubts) this.#second.decide(doubts, end, units, y, places, own, this.#parts);
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
      this.#sums.gatherSwitched(ends[k], ends[k + 1], own + b.gradient, own);
    }
  }

  /** The gradient of the picture from that of the units that switch and, of those that were on at the start, the sums. */
  #inputGradient({ corners }: Rows, base: number, own: number): Float32Array {
    const machine = this.#machine;
    const { gradient, masked, p } = this.#buffers;
    if (corners !== null && this.#joined !== null) {
      const address = this.#first.adjoint(own + gradient, base);
      this.#joined.addAdjoint(address, own + this.#sums.sums, own);
      return machine.view(address, this.#first.inputFloats).slice();
    }
    const units = blockFloats(this.#units);
    this.#sums.adjoint(own + masked, own);
    machine.code.keepOn(own + masked, own + masked, own + p, units);
    machine.code.add(own + gradient, own + gradient, own + masked, units);
    return machine.view(this.#first.adjoint(own + gradient, base), this.#first.inputFloats).slice();
  }

  /** Windows that are not computed are flat: their first pixel wins. */
  #clearPlaces(own: number): void {
    const { height, width, channels } = this.#pooled;
    const first = (own + this.#buffers.places) >>> 2;
    this.#machine.integers.fill(0, first, first + 2 * this.#points * blocksOf(channels) * height * width);
  }
}

/**
 * @module
 * Both convolutions of a line (see ./line.ts) as one, where the same channels are on at every pixel: the second of the first, without
 * a rectifier between, is a convolution with the kernel
 *
 *     K[o, i, ky + jy, kx + jx] = Σ over channels c that are on: w₂[o, c, ky, kx] · w₁[c, i, jy, jx].
 *
 * It has a few dozen terms where the second has hundreds. So at the start of a line from a baseline of one colour.
 */

import { conv2dPlanOf } from "../ops/conv2d.ts";
import type { Conv2dPlan } from "../ops/conv2d.ts";
import type { Layout } from "./layout.ts";
import type { LineParts } from "./line-parts.ts";
import type { Machine } from "./machine.ts";
import { blocksOf } from "./place.ts";
import type { Equipment } from "./runtime.ts";
import { tableOf } from "./table.ts";

/** Floats that `sumPanels` adds at once: kernels are filled up to whole steps. */
const STEP = 64;

/** More floats than this are not worth keeping: 4 MB. */
const MOST_FLOATS = 2 ** 20;

/** A kernel as a sum of what each channel between the convolutions gives to it. */
interface Kernel {
  readonly shares: number;
  readonly floats: number;
  /** Offset of the sum. */
  readonly sum: number;
}

/** Offsets of buffers count from the beginning of the line's own, which every method is given as `own`. */
export class JoinedConvolutions {
  readonly #machine: Machine;
  readonly #g1: Conv2dPlan;
  readonly #g: Conv2dPlan;
  readonly #rows: number;
  readonly #columns: number;
  readonly #terms: number;
  /** Panels [block of o][i][y][x][8], and [block of (i, y, x)][o][8]. */
  readonly #forward: Kernel;
  readonly #backward: Kernel;
  readonly #list: number;
  readonly #bases: number;
  readonly #offsets: number;
  readonly #sumBases: number;
  readonly #oneRun: number;
  readonly #taps: number;
  readonly #zeros: number;

  /** Null where the convolutions cannot be joined: windows that do not move with the pixel, borders, or very many channels. */
  static of(
    equipment: Equipment,
    layout: Layout,
    parts: LineParts,
    sumsWidth: number,
  ): JoinedConvolutions | null {
    const g1 = conv2dPlanOf(parts.first);
    const { g } = parts.second;
    if (g1 === null || !isBare(g1) || !isBare(g)) return null;
    const size = (g1.kernelHeight + g.kernelHeight - 1) * (g1.kernelWidth + g.kernelWidth - 1);
    if (g.inChannels * g.outChannels * g1.inChannels * size > MOST_FLOATS) return null;
    return new JoinedConvolutions(equipment, layout, parts, g1, sumsWidth);
  }

  private constructor(
    { machine, weights }: Equipment,
    layout: Layout,
    { first, second: { g, weight } }: LineParts,
    g1: Conv2dPlan,
    sumsWidth: number,
  ) {
    const [, weight1] = first.inputs;
    if (weight1 === null) throw new Error("a convolution without a weight");
    this.#machine = machine;
    this.#g1 = g1;
    this.#g = g;
    this.#rows = g1.kernelHeight + g.kernelHeight - 1;
    this.#columns = g1.kernelWidth + g.kernelWidth - 1;
    const terms = g1.inChannels * this.#rows * this.#columns;
    this.#terms = terms;
    const kernel = (form: string, floats: number, placeOf: (o: number, term: number) => number): Kernel => {
      const steps = STEP * Math.ceil(floats / STEP);
      const place = (c: number, o: number, term: number): number => c * steps + placeOf(o, term);
      const shares = weights.joined(
        { weight: weight1, g: g1 },
        { weight, g },
        form,
        g.inChannels * steps,
        place,
      );
      return { shares, floats: steps, sum: layout.take(steps) };
    };
    this.#forward = kernel(
      "joined",
      terms * g.outChannels,
      (o, term) => 8 * ((o >> 3) * terms + term) + (o & 7),
    );
    this.#backward = kernel("joined, turned", 8 * blocksOf(terms) * g.outChannels, (o, term) => {
      return 8 * ((term >> 3) * g.outChannels + o) + (term & 7);
    });
    this.#list = layout.take(g.inChannels);
    const pixels = g.outHeight * g.outWidth;
    this.#bases = layout.take(pixels + 8);
    this.#taps = layout.take(8 * blocksOf(terms) * pixels);
    const offsets: number[] = [];
    for (let i = 0; i < g1.inChannels; i++) {
      for (let y = 0; y < this.#rows; y++) offsets.push(4 * (i * g1.inHeight + y) * g1.inWidth);
    }
    this.#offsets = tableOf(machine, offsets);
    this.#oneRun = tableOf(machine, [0]);
    this.#sumBases = tableOf(
      machine,
      Array.from({ length: pixels }, (_, pixel) => {
        return 4 * g.outChannels * (Math.floor(pixel / g.outWidth) * sumsWidth + (pixel % g.outWidth));
      }),
    );
    this.#zeros = weights.bias(null, Math.max(g.outChannels, terms));
  }

  /**
   * Takes the channels that are on.
   * @param units the address of one pixel's units at α = 0, blocks of 8 channels being `planeBytes` apart
   */
  useChannels(units: number, planeBytes: number, own: number): void {
    const { code, floats, integers } = this.#machine;
    const list = (own + this.#list) >>> 2;
    for (const { shares, floats: size, sum } of [this.#forward, this.#backward]) {
      let count = 0;
      for (let c = 0; c < this.#g.inChannels; c++) {
        const unit = (units + (c >> 3) * planeBytes) / 4 + (c & 7);
        if (floats[unit] > 0) integers[list + count++] = 4 * c * size;
      }
      code.sumPanels(own + sum, shares, 4 * STEP, size / STEP, own + this.#list, count, 1, 0);
    }
  }

  /**
   * Rows of the two convolutions of a picture at an address, without biases: for each corner, a pixel of the picture, one row at `to`.
   */
  rows(to: number, corners: readonly number[], picture: number, own: number): void {
    const { code, integers } = this.#machine;
    const bases = (own + this.#bases) >>> 2;
    corners.forEach((corner, row) => {
      integers[bases + row] = 4 * corner;
    });
    integers.fill(integers[bases], bases + corners.length, bases + corners.length + 8);
    const runs = this.#g1.inChannels * this.#rows;
    code.contractBlocks(
      to,
      4 * this.#g.outChannels,
      32,
      picture,
      own + this.#bases,
      corners.length,
      this.#offsets,
      runs,
      runs,
      this.#columns,
      own + this.#forward.sum,
      32 * this.#terms,
      blocksOf(this.#g.outChannels),
      this.#zeros,
      0,
    );
  }

  /** Adds the adjoint of the two, of rows of gradients at an address, to the gradient of a picture. */
  addAdjoint(gradient: number, sums: number, own: number): void {
    const { code } = this.#machine;
    const { outChannels, outHeight, outWidth } = this.#g;
    const { inChannels, inHeight, inWidth } = this.#g1;
    const blocks = blocksOf(this.#terms);
    code.contractBlocks(
      own + this.#taps,
      32 * blocks,
      32,
      sums,
      this.#sumBases,
      outHeight * outWidth,
      this.#oneRun,
      1,
      1,
      outChannels,
      own + this.#backward.sum,
      32 * outChannels,
      blocks,
      this.#zeros,
      0,
    );
    code.gatherTaps(
      gradient,
      own + this.#taps,
      32 * blocks,
      inChannels,
      inHeight,
      inWidth,
      outHeight,
      outWidth,
      this.#rows,
      this.#columns,
      0,
      0,
    );
  }
}

/** Whether windows move by one pixel over the picture itself. */
function isBare(g: Conv2dPlan): boolean {
  return (
    g.strideHeight === 1 &&
    g.strideWidth === 1 &&
    g.dilationHeight === 1 &&
    g.dilationWidth === 1 &&
    g.padTop === 0 &&
    g.padLeft === 0 &&
    g.outHeight === g.inHeight - g.kernelHeight + 1 &&
    g.outWidth === g.inWidth - g.kernelWidth + 1
  );
}

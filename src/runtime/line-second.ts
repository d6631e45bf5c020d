/**
 * @module
 * The second convolution of a line (see ./line.ts), forward: its result as P + α · Q. A row of P or Q belongs to one pixel, with all
 * channels together.
 */

import type { Layout } from "./layout.ts";
import type { LineParts } from "./line-parts.ts";
import type { Rows } from "./line-windows.ts";
import type { Machine } from "./machine.ts";
import { blockFloats, blocksOf, planeFloats } from "./place.ts";
import type { BlockShape } from "./place.ts";
import { tableOf } from "./table.ts";
import type { Panels, Weights } from "./weights.ts";

/** Terms in a chunk of a sum, as in ./lower-conv2d.ts. */
const CHUNK_TERMS = 512;

/** Offsets of buffers count from the beginning of the line's own, which every method is given as `own`. */
export class SecondConvolution {
  /** Offset of the table of rows of the pool's windows. */
  readonly windows: number;
  readonly #machine: Machine;
  readonly #second: LineParts["second"];
  readonly #units: BlockShape;
  readonly #padded: BlockShape;
  /** The units with their border. */
  readonly #source: number;
  readonly #P: number;
  readonly #Q: number;
  readonly #bases: number;
  readonly #rowOfPixel: number;
  readonly #flatList: number;
  readonly #startBases: number;
  readonly #forward: {
    readonly panels: Panels;
    readonly offsets: number;
    readonly runs: number;
    readonly length: number;
  };
  /** Weights as [channel in][tap][channels out]. */
  readonly #filters: number;
  readonly #bias: number;
  readonly #zeros: number;
  /** Σ |weight| of each output channel. */
  readonly #norms: readonly number[];
  #rows = 0;
  #starts: readonly number[] = [];
  #windowCount = 0;
  #flat: readonly number[] = [];

  constructor(machine: Machine, weights: Weights, layout: Layout, second: LineParts["second"]) {
    const { g, weight, bias } = second;
    this.#machine = machine;
    this.#second = second;
    this.#units = { images: 1, channels: g.inChannels, height: g.inHeight, width: g.inWidth };
    this.#padded = {
      ...this.#units,
      height: g.outHeight + g.kernelHeight - 1,
      width: g.outWidth + g.kernelWidth - 1,
    };
    const pixels = g.outHeight * g.outWidth;
    this.#source = layout.take(blockFloats(this.#padded));
    this.#P = layout.take(pixels * g.outChannels);
    this.#Q = layout.take(pixels * g.outChannels);
    this.#bases = layout.take(pixels + 8);
    this.#rowOfPixel = layout.take(pixels);
    this.windows = layout.take(5 * pixels);
    this.#flatList = layout.take(pixels);
    this.#startBases = layout.take(pixels + 8);
    const taps = g.kernelHeight * g.kernelWidth;
    const tapsInOrder = Array.from({ length: taps }, (_, tap) => tap);
    this.#forward = this.#forwardPass(weights, tapsInOrder);
    this.#filters = weights.filters(weight, g);
    this.#bias = weights.bias(bias, g.outChannels);
    this.#zeros = weights.bias(null, g.outChannels);
    const size = g.inChannels * taps;
    const sizes = Array.from(weight.data, Math.abs);
    this.#norms = Array.from({ length: g.outChannels }, (_, channel) =>
      sizes.slice(channel * size, (channel + 1) * size).reduce((sum, w) => sum + w, 0),
    );
  }

  /** The eager convolution's order of sums; see ./lower-conv2d.ts. */
  #forwardPass(
    weights: Weights,
    taps: readonly number[],
  ): { panels: Panels; offsets: number; runs: number; length: number } {
    const { g, weight } = this.#second;
    const panels = weights.panels(weight, {
      lanes: g.outChannels,
      laneStride: g.inChannels * taps.length,
      depth: g.inChannels,
      depthStride: taps.length,
      block: 8,
      taps,
    });
    const offsets: number[] = [];
    for (let block = 0; block < blocksOf(g.inChannels); block++) {
      for (let ky = 0; ky < g.kernelHeight; ky++) {
        offsets.push(4 * block * planeFloats(this.#padded) + 32 * ky * this.#padded.width);
      }
    }
    return {
      panels,
      offsets: tableOf(this.#machine, offsets),
      runs: offsets.length,
      length: 8 * g.kernelWidth,
    };
  }

  /** How many windows of the pool are to be computed. */
  get windowCount(): number {
    return this.#windowCount;
  }

  /** Offset of the rows of P or Q. */
  rowsOf(what: "P" | "Q"): number {
    return what === "P" ? this.#P : this.#Q;
  }

  /** Writes for each output channel `scale` times a bound of Σ |term|, given one of |unit|. */
  writeMargins(to: number, scale: number, largestUnit: number): void {
    const { floats } = this.#machine;
    const bias = this.#second.bias?.data;
    this.#norms.forEach((norm, channel) => {
      floats[(to >>> 2) + channel] = scale * (norm * largestUnit + Math.abs(bias?.[channel] ?? 0));
    });
  }

  /** Lays out the rows of an example. */
  useRows({ rows, starts, windows, flat }: Rows, own: number): void {
    const { integers } = this.#machine;
    const { g } = this.#second;
    const rowBytes = 4 * g.outChannels;
    this.#rows = rows.length;
    this.#starts = starts;
    const bases = (own + this.#bases) >>> 2;
    const rowOf = (own + this.#rowOfPixel) >>> 2;
    integers.fill(-1, rowOf, rowOf + g.outHeight * g.outWidth);
    rows.forEach((pixel, row) => {
      integers[bases + row] = this.#baseOf(pixel);
      integers[rowOf + pixel] = row * rowBytes;
    });
    integers.fill(integers[bases + rows.length - 1], bases + rows.length, bases + rows.length + 8);
    let table = (own + this.windows) >>> 2;
    this.#windowCount = windows.length;
    this.#flat = flat;
    integers.set(flat, (own + this.#flatList) >>> 2);
    for (const { window, four } of windows) {
      integers[table++] = window;
      for (const row of four) integers[table++] = row * rowBytes;
    }
    const source = (own + this.#source) >>> 2;
    this.#machine.floats.fill(0, source, source + blockFloats(this.#padded));
  }

  /** Where a pixel's window begins in the padded units, in bytes. */
  #baseOf(pixel: number): number {
    const { outWidth } = this.#second.g;
    return 32 * (Math.floor(pixel / outWidth) * this.#padded.width + (pixel % outWidth));
  }

  /** P of units in blocks at an address: rows that start alike are computed once. */
  startP(units: number, own: number): void {
    const { floats, integers } = this.#machine;
    const { outChannels } = this.#second.g;
    const [all, some] = [(own + this.#bases) >>> 2, (own + this.#startBases) >>> 2];
    const placeOf = new Int32Array(this.#rows);
    let count = 0;
    this.#starts.forEach((start, row) => {
      placeOf[row] = start === row ? count : placeOf[start];
      if (start === row) integers[some + count++] = integers[all + row];
    });
    integers.fill(integers[all], some + count, some + count + 8);
    this.#contract(this.#P, units, this.#startBases, count, this.#bias, own);
    if (count === this.#rows) return;
    // From the end: a row's place is never behind the row.
    const P = (own + this.#P) >>> 2;
    for (let row = this.#rows - 1; row >= 0; row--) {
      const from = P + placeOf[row] * outChannels;
      floats.copyWithin(P + row * outChannels, from, from + outChannels);
    }
  }

  /** Q of units in blocks at an address. */
  startQ(units: number, own: number): void {
    this.#contract(this.#Q, units, this.#bases, this.#rows, this.#zeros, own);
  }

  /** Rows of the convolution of units at the pixels whose windows begin at `bases`. */
  #contract(to: number, units: number, bases: number, count: number, start: number, own: number): void {
    const { outChannels } = this.#second.g;
    this.#machine.code.contractBlocks(
      own + to,
      4 * outChannels,
      32,
      this.#withBorder(units, own),
      own + bases,
      count,
      this.#forward.offsets,
      this.#forward.runs,
      this.#runsPerChunk,
      this.#forward.length,
      this.#forward.panels.address,
      this.#forward.panels.pitch,
      blocksOf(outChannels),
      start,
      0,
    );
  }

  get #runsPerChunk(): number {
    const { kernelHeight, kernelWidth } = this.#second.g;
    return Math.max(1, Math.floor(CHUNK_TERMS / (8 * kernelHeight * kernelWidth))) * kernelHeight;
  }

  /** Units within a border of zeros, where the convolution has one. Returns their address. */
  #withBorder(units: number, own: number): number {
    const { g } = this.#second;
    if (this.#padded.height === g.inHeight && this.#padded.width === g.inWidth) return units;
    const inside = 32 * (g.padTop * this.#padded.width + g.padLeft);
    this.#machine.code.copyPicture(
      own + this.#source + inside,
      4 * planeFloats(this.#padded),
      32 * this.#padded.width,
      units,
      4 * planeFloats(this.#units),
      32 * g.inWidth,
      blocksOf(g.inChannels),
      Math.min(g.inHeight, this.#padded.height - g.padTop),
      32 * Math.min(g.inWidth, this.#padded.width - g.padLeft),
    );
    return own + this.#source;
  }

  /** Adds what the units of a list change. */
  switchUnits(list: number, end: number, own: number): void {
    const { g } = this.#second;
    this.#machine.code.applyFlips(
      list,
      end,
      g.inWidth,
      this.#filters,
      g.outChannels,
      own + this.#P,
      own + this.#Q,
      own + this.#rowOfPixel,
      g.outHeight,
      g.outWidth,
      g.kernelHeight,
      g.kernelWidth,
      g.padTop,
      g.padLeft,
    );
  }

  /** Decides the places in doubt by the convolution itself, of rectified units at an address. */
  decide(
    list: number,
    end: number,
    units: number,
    y: number,
    places: number,
    own: number,
    { pool, rectify }: LineParts,
  ): void {
    this.#machine.code.decideWindows(
      list,
      end,
      y,
      places,
      pool.outHeight * pool.outWidth,
      pool.outWidth,
      this.#withBorder(units, own),
      this.#padded.width,
      this.#forward.offsets,
      this.#forward.runs,
      this.#runsPerChunk,
      this.#forward.length,
      this.#forward.panels.address,
      this.#forward.panels.pitch,
      this.#bias,
      rectify ? 1 : 0,
    );
  }

  /** Gives the flat windows that were not computed the value of the one that was. */
  spreadFlat(y: number, total: number, own: number): void {
    if (this.#flat.length < 2) return;
    const blocks = blocksOf(this.#second.g.outChannels);
    const list = own + this.#flatList;
    this.#machine.code.spreadWindow(y, total, blocks, this.#flat[0], list, this.#flat.length);
  }
}

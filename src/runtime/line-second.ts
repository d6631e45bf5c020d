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
  readonly #fourBases: number;
  readonly #fourValues: number;
  readonly #rectified: number;
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
  /** The largest Σ |weight| of an output channel, and the largest |bias|. */
  readonly #norm: number;
  readonly #largestBias: number;
  #rows = 0;
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
    this.#fourBases = layout.take(4);
    this.#fourValues = layout.take(32);
    this.#rectified = layout.take(blockFloats(this.#units));
    const taps = g.kernelHeight * g.kernelWidth;
    const tapsInOrder = Array.from({ length: taps }, (_, tap) => tap);
    this.#forward = this.#forwardPass(weights, tapsInOrder);
    this.#filters = weights.filters(weight, g);
    this.#bias = weights.bias(bias, g.outChannels);
    this.#zeros = weights.bias(null, g.outChannels);
    const size = g.inChannels * taps;
    const sizes = Array.from(weight.data, Math.abs);
    this.#norm = Math.max(
      ...Array.from({ length: g.outChannels }, (_, channel) =>
        sizes.slice(channel * size, (channel + 1) * size).reduce((sum, w) => sum + w, 0),
      ),
    );
    this.#largestBias = bias === null ? 0 : Math.max(...Array.from(bias.data, Math.abs));
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

  /** A bound of Σ |term| of any output, given one of |unit|. */
  largestSum(largestUnit: number): number {
    return this.#norm * largestUnit + this.#largestBias;
  }

  /** Lays out the rows of an example. */
  useRows({ rows, windows, flat }: Rows, own: number): void {
    const { integers } = this.#machine;
    const { g } = this.#second;
    const rowBytes = 4 * g.outChannels;
    this.#rows = rows.length;
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

  /** P or Q of the units at an address, which are in blocks. */
  start(what: "P" | "Q", units: number, own: number): void {
    this.#copyUnits(units, own);
    const { code } = this.#machine;
    const { outChannels } = this.#second.g;
    code.contractBlocks(
      own + this.rowsOf(what),
      4 * outChannels,
      32,
      own + this.#source,
      own + this.#bases,
      this.#rows,
      this.#forward.offsets,
      this.#forward.runs,
      this.#runsPerChunk,
      this.#forward.length,
      this.#forward.panels.address,
      this.#forward.panels.pitch,
      blocksOf(outChannels),
      what === "P" ? this.#bias : this.#zeros,
      0,
    );
  }

  get #runsPerChunk(): number {
    const { kernelHeight, kernelWidth } = this.#second.g;
    return Math.max(1, Math.floor(CHUNK_TERMS / (8 * kernelHeight * kernelWidth))) * kernelHeight;
  }

  /** Puts units into the border of zeros. */
  #copyUnits(units: number, own: number): void {
    const { g } = this.#second;
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
  }

  /** Adds what the units of a list change. */
  switchUnits(list: number, end: number, p: number, q: number, own: number): void {
    const { g } = this.#second;
    this.#machine.code.applyFlips(
      list,
      end,
      p,
      q,
      4 * planeFloats(this.#units),
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

  /** Decides the places in doubt by the convolution itself, of the units whose values before the rectifier lie at `z`. */
  decide(
    list: number,
    end: number,
    z: number,
    y: number,
    places: number,
    own: number,
    { pool, rectify }: LineParts,
  ): void {
    const machine = this.#machine;
    const { code, floats, integers } = machine;
    const { g } = this.#second;
    const units = blockFloats(this.#units);
    // z is needed as it is for the next point's switches; the rectified units take the place of the source.
    const rectified = own + this.#rectified;
    code.reluForward(rectified, z, units);
    this.#copyUnits(rectified, own);
    const bytes = new Uint8Array(machine.buffer);
    const windows = pool.outHeight * pool.outWidth;
    const corners = (own + this.#fourBases) >>> 2;
    for (let entry = list; entry < end; entry += 8) {
      const window = integers[entry >>> 2];
      const block = integers[(entry >>> 2) + 1];
      const row = 2 * Math.floor(window / pool.outWidth);
      const corner = row * g.outWidth + 2 * (window % pool.outWidth);
      [corner, corner + 1, corner + g.outWidth, corner + g.outWidth + 1].forEach((pixel, i) => {
        integers[corners + i] = this.#baseOf(pixel);
      });
      const values = own + this.#fourValues;
      code.contractBlocks(
        values,
        32,
        0,
        own + this.#source,
        own + this.#fourBases,
        4,
        this.#forward.offsets,
        this.#forward.runs,
        this.#runsPerChunk,
        this.#forward.length,
        this.#forward.panels.address + block * this.#forward.panels.pitch,
        this.#forward.panels.pitch,
        1,
        this.#bias + 32 * block,
        0,
      );
      const at = block * windows + window;
      for (let lane = 0; lane < 8; lane++) {
        const first = (values >>> 2) + lane;
        let place = 0;
        for (let i = 1; i < 4; i++) if (floats[first + 8 * i] > floats[first + 8 * place]) place = i;
        const value = floats[first + 8 * place];
        bytes[places + 8 * at + lane] = place;
        floats[(y >>> 2) + 8 * at + lane] = rectify ? Math.max(0, value) : value;
      }
    }
  }

  /** Gives the flat windows that were not computed the value of the one that was. */
  spreadFlat(y: number, total: number, own: number): void {
    if (this.#flat.length < 2) return;
    const blocks = blocksOf(this.#second.g.outChannels);
    const list = own + this.#flatList;
    this.#machine.code.spreadWindow(y, total, blocks, this.#flat[0], list, this.#flat.length);
  }
}

/**
 * @module
 * The second convolution of a line (see ./line.ts), backwards: the sums of the gradients that come back to it from a point on, and
 * their adjoint. A row of the sums belongs to one pixel, with all channels together.
 */

import type { MaxPool2dPlan } from "../ops/max-pool2d.ts";
import type { Layout } from "./layout.ts";
import type { LineParts } from "./line-parts.ts";
import { suitsWinograd } from "./lower-winograd.ts";
import type { Machine } from "./machine.ts";
import { blockFloats, blocksOf } from "./place.ts";
import { tableOf } from "./table.ts";
import type { Panels, Weights } from "./weights.ts";

/** Terms in a chunk of a sum, as in ./lower-conv2d.ts. */
const CHUNK_TERMS = 512;

/** What Winograd's method needs: the rows in blocks, its scratch, the transformed weights. */
interface Winograd {
  readonly blocks: number;
  readonly scratch: number;
  readonly weights: number;
}

/** Offsets of buffers count from the beginning of the line's own, which every method is given as `own`. */
export class GradientSums {
  /** Offset of the row of the first pixel; around all of them is a border of zeros. */
  readonly sums: number;
  readonly #machine: Machine;
  readonly #second: LineParts["second"];
  readonly #allSums: number;
  /** Null where the adjoint does not go by Winograd's method. */
  readonly #winograd: Winograd | null;
  readonly #turned: { readonly panels: Panels; readonly offsets: number; readonly bases: number };
  /** Weights as [channel in][tap][channels out]. */
  readonly #filters: number;
  readonly #zeros: number;

  constructor(machine: Machine, weights: Weights, layout: Layout, second: LineParts["second"]) {
    const { g, weight } = second;
    this.#machine = machine;
    this.#second = second;
    const pixels = (g.inHeight + g.kernelHeight - 1) * this.width;
    this.#allSums = layout.take(pixels * g.outChannels);
    const border = (g.kernelHeight - 1 - g.padTop) * this.width + g.kernelWidth - 1 - g.padLeft;
    this.sums = this.#allSums + 4 * border * g.outChannels;
    this.#turned = this.#turnedPass(weights);
    this.#filters = weights.filters(weight, g);
    this.#zeros = weights.bias(null, g.inChannels);
    const picture = { images: 1, channels: g.outChannels, height: g.outHeight, width: g.outWidth };
    const scratch = machine.code.winogradScratch(blocksOf(g.outChannels), g.outWidth);
    this.#winograd = !suitsWinograd(g)
      ? null
      : {
          blocks: layout.take(blockFloats(picture)),
          scratch: layout.take(Math.ceil(scratch / 4)),
          weights: weights.winograd(weight, g, true),
        };
  }

  /** Floats of a block of units. */
  get #unitPlane(): number {
    return 8 * this.#second.g.inHeight * this.#second.g.inWidth;
  }

  /** Pixels in a line of the sums. */
  get width(): number {
    return this.#second.g.inWidth + this.#second.g.kernelWidth - 1;
  }

  /** The adjoint: the correlation with the kernel turned by half a turn, over rows of all channels. */
  #turnedPass(weights: Weights): { panels: Panels; offsets: number; bases: number } {
    const { g, weight } = this.#second;
    const taps = Array.from({ length: g.kernelHeight * g.kernelWidth }, (_, tap) => tap);
    const panels = weights.panels(weight, {
      lanes: g.inChannels,
      laneStride: taps.length,
      depth: g.outChannels,
      depthStride: g.inChannels * taps.length,
      block: g.outChannels,
      taps: [...taps].reverse(),
    });
    const rowBytes = 4 * g.outChannels;
    const offsets = Array.from({ length: g.kernelHeight }, (_, ky) => ky * this.width * rowBytes);
    const bases: number[] = [];
    for (let row = 0; row < g.inHeight; row++) {
      for (let column = 0; column < g.inWidth; column++) {
        bases.push((row * this.width + column) * rowBytes);
      }
    }
    return {
      panels,
      offsets: tableOf(this.#machine, offsets),
      bases: tableOf(this.#machine, bases),
    };
  }

  /** For each window of the pool, where its four pixels lie in the sums of gradients, in bytes from {@link sums}. */
  pixelsOfWindows(pool: MaxPool2dPlan): number[] {
    const rowBytes = 4 * this.#second.g.outChannels;
    const offsets: number[] = [];
    for (let row = 0; row < pool.outHeight; row++) {
      for (let column = 0; column < pool.outWidth; column++) {
        const corner = 2 * row * this.width + 2 * column;
        for (const pixel of [corner, corner + 1, corner + this.width, corner + this.width + 1]) {
          offsets.push(pixel * rowBytes);
        }
      }
    }
    return offsets;
  }

  /** Sets the sums of gradients to zero. */
  clear(own: number): void {
    const { g } = this.#second;
    const start = (own + this.#allSums) >>> 2;
    const pixels = (g.inHeight + g.kernelHeight - 1) * this.width;
    this.#machine.floats.fill(0, start, start + pixels * g.outChannels);
  }

  /** Adds to the gradients of the units of a list what the sums of gradients give them. */
  gatherSwitched(list: number, end: number, gradient: number, own: number): void {
    const { g } = this.#second;
    this.#machine.code.gatherFlips(
      list,
      end,
      gradient,
      4 * this.#unitPlane,
      g.inWidth,
      this.#filters,
      g.outChannels,
      own + this.sums,
      this.width,
      g.outHeight,
      g.outWidth,
      g.kernelHeight,
      g.kernelWidth,
      g.padTop,
      g.padLeft,
    );
  }

  /** The adjoint of the sums of gradients, for all units, to an address, in blocks. */
  adjoint(to: number, own: number): void {
    if (this.#winograd === null) this.#contractSums(to, own);
    else this.#winogradOfSums(this.#winograd, to, own);
  }

  #winogradOfSums(winograd: Winograd, to: number, own: number): void {
    const { g } = this.#second;
    const { code } = this.#machine;
    const rows = own + winograd.blocks;
    const lineBytes = 4 * this.width * g.outChannels;
    code.blocksOfRows(rows, own + this.sums, lineBytes, blocksOf(g.outChannels), g.outHeight, g.outWidth);
    code.convolve3x3(
      to,
      0,
      rows,
      winograd.weights,
      0,
      0,
      own + winograd.scratch,
      1,
      0,
      0,
      blocksOf(g.outChannels),
      g.outHeight,
      g.outWidth,
      blocksOf(g.inChannels),
      g.inHeight,
      g.inWidth,
      2 - g.padTop,
      2 - g.padLeft,
      0,
    );
  }

  #contractSums(to: number, own: number): void {
    const { g } = this.#second;
    this.#machine.code.contractBlocks(
      to,
      32,
      4 * this.#unitPlane,
      own + this.#allSums,
      this.#turned.bases,
      g.inHeight * g.inWidth,
      this.#turned.offsets,
      g.kernelHeight,
      Math.max(1, Math.floor(CHUNK_TERMS / (g.kernelWidth * g.outChannels))),
      g.kernelWidth * g.outChannels,
      this.#turned.panels.address,
      this.#turned.panels.pitch,
      blocksOf(g.inChannels),
      this.#zeros,
      0,
    );
  }
}

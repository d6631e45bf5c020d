/**
 * @module
 * Weights as the kernels of plans read them: packed once, shared by all plans of a machine.
 */

import { winogradWeightFloats } from "../kernels/index.ts";
import type { Conv2dGeometry } from "../kernels/index.ts";
import type { Tensor } from "../tensor/tensor.ts";
import { fingerprint } from "./fingerprint.ts";
import type { Machine } from "./machine.ts";

/** How a weight is read into panels; see {@link packPanels}. */
export interface PanelOrder {
  readonly lanes: number;
  /** Floats from one lane's weights to the next. */
  readonly laneStride: number;
  readonly depth: number;
  readonly depthStride: number;
  /** Depth that lies together. */
  readonly block: number;
  /** For each tap, where it lies from its lane and depth, in floats. */
  readonly taps: readonly number[];
}

/** Packed panels: those of a block of 8 lanes begin `pitch` bytes after those of the block before. */
export interface Panels {
  readonly address: number;
  readonly pitch: number;
}

/** A convolution's weight and geometry. */
export interface Joinable {
  readonly weight: Tensor;
  readonly g: Conv2dGeometry;
}

/** The packed weights of one machine, which machines in the same memory have in common. */
export class Weights {
  readonly #machine: Machine;
  readonly #packed = new Map<string, number>();
  readonly #zeros = new Map<number, number>();
  /** What weights are called in keys: numbers, or in memory that other threads share what their values are. */
  readonly #names = new Map<Tensor, string>();

  constructor(machine: Machine) {
    this.#machine = machine;
  }

  /** A weight as panels `[lane block][depth block][tap][depth of block][8 lanes]`. */
  panels(weight: Tensor, order: PanelOrder): Panels {
    const { lanes, laneStride, depth, depthStride, block, taps } = order;
    const pitch = 32 * Math.ceil(depth / block) * block * taps.length;
    const key = JSON.stringify([lanes, laneStride, depth, depthStride, block, taps.length, taps[0]]);
    const address = this.#once([weight], key, (Math.ceil(lanes / 8) * pitch) / 4, (panels) => {
      packPanels(this.#machine.floats, panels >>> 2, weight.data, order);
    });
    return { address, pitch };
  }

  /**
   * A fully connected layer's weight [out, channels · pixels] as panels `[channel block][pixel][out][8 channels]`, out filled up to whole
   * blocks of 8: for pictures in blocks, or with one pixel for matrices, and for both directions.
   */
  linear(weight: Tensor, channels: number, pixels: number): Panels {
    const [outFeatures, inFeatures] = weight.shape;
    const pitch = linearPitch(outFeatures);
    const count = (Math.ceil(channels / 8) * pixels * pitch) / 4;
    const address = this.#once([weight], `linear ${pixels}`, count, (panels) => {
      const { floats } = this.#machine;
      for (let first = 0; first < channels; first += 8) {
        const order = {
          lanes: Math.min(8, channels - first),
          laneStride: pixels,
          depth: outFeatures,
          depthStride: inFeatures,
          block: 8,
        };
        for (let pixel = 0; pixel < pixels; pixel++) {
          const at = (panels + ((first / 8) * pixels + pixel) * pitch) >>> 2;
          packPanels(floats, at, weight.data, { ...order, taps: [first * pixels + pixel] });
        }
      }
    });
    return { address, pitch };
  }

  /**
   * Of a matrix [out, channels · pixels] the sums over the pixels, as panels `[out block][channel][8 out]`: what a picture of one
   * colour is multiplied by. Summed in float64, rounded once.
   */
  sumsOfPixels(weight: Tensor, channels: number, pixels: number): Panels {
    const [outFeatures, inFeatures] = weight.shape;
    const pitch = 32 * 8 * Math.ceil(channels / 8);
    const count = (Math.ceil(outFeatures / 8) * pitch) / 4;
    const address = this.#once([weight], `sums of ${pixels} pixels`, count, (panels) => {
      const { floats } = this.#machine;
      for (let out = 0; out < outFeatures; out++) {
        const at = (panels + (out >> 3) * pitch + 4 * (out & 7)) >>> 2;
        for (let channel = 0; channel < channels; channel++) {
          const first = out * inFeatures + channel * pixels;
          let sum = 0;
          for (let pixel = 0; pixel < pixels; pixel++) sum += weight.data[first + pixel];
          floats[at + 8 * channel] = sum;
        }
      }
    });
    return { address, pitch };
  }

  /** A convolution's weight as [channel in][tap][channels out], one filter's share of every output channel together. */
  filters(weight: Tensor, { inChannels, outChannels, kernelHeight, kernelWidth }: Conv2dGeometry): number {
    return this.#once([weight], "filters", weight.numel(), (address) => {
      const taps = kernelHeight * kernelWidth;
      const { floats } = this.#machine;
      let at = address >>> 2;
      for (let c = 0; c < inChannels; c++) {
        for (let tap = 0; tap < taps; tap++) {
          for (let o = 0; o < outChannels; o++) floats[at++] = weight.data[(o * inChannels + c) * taps + tap];
        }
      }
    });
  }

  /**
   * Two convolutions with nothing between them as one, for each channel c between them the part that goes through it (see
   * ./line-joined.ts); `placeOf(c, o, term)` says where in `count` floats the kernel's weight for channel out o comes, its terms being
   * [channel in][row][column].
   */
  joined(
    first: Joinable,
    second: Joinable,
    form: string,
    count: number,
    placeOf: (c: number, o: number, term: number) => number,
  ): number {
    return this.#once([second.weight, first.weight], form, count, (address) => {
      const { floats } = this.#machine;
      const columns = first.g.kernelWidth + second.g.kernelWidth - 1;
      const plane = (first.g.kernelHeight + second.g.kernelHeight - 1) * columns;
      const taps = second.g.kernelHeight * second.g.kernelWidth;
      const taps1 = first.g.kernelHeight * first.g.kernelWidth;
      const filter1 = first.g.inChannels * taps1;
      second.weight.data.forEach((w2, at) => {
        const o = Math.floor(at / (second.g.inChannels * taps));
        const c = Math.floor(at / taps) % second.g.inChannels;
        const corner = placeIn(at % taps, second.g.kernelWidth, columns);
        for (let at1 = 0; at1 < filter1; at1++) {
          const term =
            Math.floor(at1 / taps1) * plane + corner + placeIn(at1 % taps1, first.g.kernelWidth, columns);
          floats[(address >>> 2) + placeOf(c, o, term)] += w2 * first.weight.data[c * filter1 + at1];
        }
      });
    });
  }

  /** A weight [out, in, 3, 3] as Winograd's method reads it; `transposed` is for the gradient of the input. */
  winograd(weight: Tensor, { inChannels, outChannels }: Conv2dGeometry, transposed: boolean): number {
    const machine = this.#machine;
    const [to, from] = transposed ? [inChannels, outChannels] : [outChannels, inChannels];
    const count = winogradWeightFloats(to, from);
    return this.#once([weight], transposed ? "winograd transposed" : "winograd", count, (address) => {
      // The scratch, which no run is using while weights are packed.
      const plain = machine.scratch(4 * weight.data.length);
      machine.floats.set(weight.data, plain >>> 2);
      machine.lastRun = this;
      machine.code.packWinograd(address, plain, outChannels, inChannels, transposed ? 1 : 0);
    });
  }

  /** A bias, or zeros, filled up with zeros to whole blocks of 8. */
  bias(bias: Tensor | null, count: number): number {
    const size = 8 * Math.ceil(count / 8);
    if (bias === null) {
      const zeros = this.#zeros.get(size) ?? this.#machine.take(size);
      this.#zeros.set(size, zeros);
      return zeros;
    }
    return this.#once([bias], "bias", size, (address) => {
      this.#machine.floats.set(bias.data, address >>> 2);
    });
  }

  /** Packs `count` floats of some weights in a form; each form of a weight is packed once. */
  #once(weights: readonly Tensor[], form: string, count: number, pack: (address: number) => void): number {
    const key = [...weights.map((weight) => this.#nameOf(weight)), form].join(" ");
    const address = this.#packed.get(key) ?? this.#machine.once(key, count, pack);
    this.#packed.set(key, address);
    return address;
  }

  #nameOf(weight: Tensor): string {
    let name = this.#names.get(weight);
    if (name === undefined) {
      name = this.#machine.isShared ? fingerprint(weight) : String(this.#names.size);
      this.#names.set(weight, name);
    }
    return name;
  }
}

/** Bytes from one panel of a fully connected layer to the next: a cache line keeps them off multiples of 4096. */
export function linearPitch(outFeatures: number): number {
  return 32 * 8 * Math.ceil(outFeatures / 8) + 64;
}

/** A tap of a kernel as a place in a wider one with the same corner. */
function placeIn(tap: number, kernelWidth: number, columns: number): number {
  return Math.floor(tap / kernelWidth) * columns + (tap % kernelWidth);
}

/**
 * Writes panels `[lane block][depth block][tap][depth of block][8 lanes]` of `from[lane · laneStride + depth · depthStride + taps[tap]]`
 * to floats that are zero, beginning at `at`; what lies beyond the last lane and depth stays zero.
 */
function packPanels(floats: Float32Array, at: number, from: ArrayLike<number>, order: PanelOrder): void {
  const { lanes, laneStride, depth, depthStride, block, taps } = order;
  for (let first = 0; first < lanes; first += 8) {
    const count = Math.min(8, lanes - first);
    for (let start = 0; start < depth; start += block) {
      for (const tap of taps) {
        for (let d = start; d < start + block; d++, at += 8) {
          if (d >= depth) continue;
          let source = first * laneStride + d * depthStride + tap;
          for (let lane = 0; lane < count; lane++, source += laneStride) floats[at + lane] = from[source];
        }
      }
    }
  }
}

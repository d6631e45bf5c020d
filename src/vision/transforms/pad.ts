/**
 * @module
 * A border around a picture.
 */

import { ArgumentError } from "../../errors.ts";
import type { Image } from "../image.ts";
import { OUTSIDE, pickElements, pickPixels } from "../pick-pixels.ts";
import { isTensor, sizeOf } from "./transform.ts";
import type { Picture, Transform } from "./transform.ts";

/** What a border shows: a value, the outermost pixel, or the picture mirrored without and with its outermost pixel. */
export type PaddingMode = "constant" | "edge" | "reflect" | "symmetric";

/** One number for all sides, one for left and right and one for top and bottom, or left, top, right, bottom. */
export type Padding = number | readonly number[];

/** Settings of {@link Pad}. */
export interface PadOptions {
  /** The value of a constant border, 0 unless said; for pictures also one for each channel. */
  readonly fill?: number | readonly number[];
  /** `constant` unless said. */
  readonly paddingMode?: PaddingMode;
}

const paddingModes: readonly PaddingMode[] = ["constant", "edge", "reflect", "symmetric"];

/**
 * Adds a border. As `torchvision.transforms.Pad`, except that negative padding, which crops, is refused, and
 * that a mirror may be wider than a tensor too, not only than a picture.
 *
 * @example
 * new Pad([2, 4]).apply(picture); // 2 pixels left and right, 4 at the top and the bottom
 */
export class Pad implements Transform {
  /** Left, top, right, bottom. */
  readonly padding: readonly [number, number, number, number];
  readonly fill: readonly number[];
  readonly paddingMode: PaddingMode;

  /** @throws ArgumentError when the padding is not 1, 2 or 4 whole numbers of at least 0, or the mode is not known */
  constructor(padding: Padding, options: PadOptions = {}) {
    this.padding = fourSides(padding);
    this.fill = typeof options.fill === "object" ? [...options.fill] : [options.fill ?? 0];
    this.paddingMode = options.paddingMode ?? "constant";
    if (!paddingModes.includes(this.paddingMode)) {
      throw new ArgumentError(
        `Pad: expected a paddingMode of ${paddingModes.join(", ")}, got ${this.paddingMode}`,
      );
    }
  }

  /**
   * @throws ArgumentError when the fill does not fit the channels
   * @throws ShapeError, DTypeError for tensors that are not [..., C, H, W] or hold integers of 64 bits
   */
  apply(picture: Picture): Picture {
    const { height, width } = sizeOf("Pad", picture);
    const [left, top, right, bottom] = this.padding;
    const rows = bordered(height, top, bottom, this.paddingMode);
    const columns = bordered(width, left, right, this.paddingMode);
    if (!isTensor(picture)) return pickPixels(picture, rows, columns, this.#fillOf(picture));
    if (this.fill.length !== 1) throw new ArgumentError("Pad: a tensor takes a single fill");
    return pickElements(picture, rows, columns, this.fill[0]);
  }

  /** The samples of a filled pixel. */
  #fillOf({ mode, channels }: Image): number[] {
    if (this.fill.length !== 1 && this.fill.length !== channels) {
      throw new ArgumentError(`Pad: ${this.fill.length} fills do not fit a picture of ${channels} channels`);
    }
    return Array.from({ length: channels }, (_, c) => {
      const value = Math.trunc(this.fill[this.fill.length === 1 ? 0 : c]);
      if (!(value >= 0 && value <= (mode === "I;16" ? 65535 : 255))) {
        throw new ArgumentError(`Pad: a fill of ${value} is no sample of mode ${mode}`);
      }
      return mode === "1" && value !== 0 ? 255 : value;
    });
  }

  toString(): string {
    const fill = this.fill.length === 1 ? String(this.fill[0]) : `(${this.fill.join(", ")})`;
    return `Pad(padding=(${this.padding.join(", ")}), fill=${fill}, padding_mode=${this.paddingMode})`;
  }
}

function fourSides(padding: Padding): readonly [number, number, number, number] {
  const given = typeof padding === "number" ? [padding] : padding;
  if (![1, 2, 4].includes(given.length) || given.some((side) => !Number.isInteger(side) || side < 0)) {
    throw new ArgumentError(`Pad: expected 1, 2 or 4 whole numbers of at least 0, got [${given.join(", ")}]`);
  }
  const [left, top = left, right = left, bottom = top] = given;
  return [left, top, right, bottom];
}

/** Indices of a line with a border. A border wider than the line is mirrored over and over, as NumPy does. */
function bordered(length: number, before: number, after: number, mode: PaddingMode): Int32Array {
  return Int32Array.from({ length: before + length + after }, (_, i) => {
    const at = i - before;
    if (at >= 0 && at < length) return at;
    switch (mode) {
      case "constant":
        return OUTSIDE;
      case "edge":
        return at < 0 ? 0 : length - 1;
      case "reflect":
        return mirrored(at, length, Math.max(1, 2 * length - 2), 0);
      case "symmetric":
        return mirrored(at, length, 2 * length, 1);
    }
  });
}

/** Where `at` lands on a line that runs to and fro; `repeated` is 1 when the ends are shown twice. */
function mirrored(at: number, length: number, period: number, repeated: 0 | 1): number {
  const place = ((at % period) + period) % period;
  return place < length ? place : period - repeated - place;
}

/**
 * @module
 * A decoded picture, before it becomes a tensor. Pure memory: reading files is up to `candil/node` or the browser.
 */

import { ImageError } from "./image-error.ts";

/**
 * What the samples of an {@link Image} mean: Pillow's mode of a file just opened, under Pillow's names.
 *
 * | mode   | channels | samples                                                     |
 * | ------ | -------- | ----------------------------------------------------------- |
 * | `1`    | 1        | black and white, a byte each, 0 or 255                      |
 * | `L`    | 1        | gray, 0..255                                                |
 * | `LA`   | 2        | gray and opacity                                            |
 * | `P`    | 1        | indices into {@link Image.palette}                          |
 * | `RGB`  | 3        | red, green, blue                                            |
 * | `RGBA` | 4        | red, green, blue, opacity; colours not multiplied by it     |
 * | `I;16` | 1        | gray, 0..65535, in a `Uint16Array`                          |
 */
export type ImageMode = "1" | "L" | "LA" | "P" | "RGB" | "RGBA" | "I;16";

/** How many samples a pixel has in each mode. */
export const channelsOfMode: { readonly [M in ImageMode]: number } = {
  "1": 1,
  L: 1,
  LA: 2,
  P: 1,
  RGB: 3,
  RGBA: 4,
  "I;16": 1,
};

/** The mode that a bare count of channels stands for, as in torchvision's `ToPILImage`. */
const modeOfChannels = { 1: "L", 2: "LA", 3: "RGB", 4: "RGBA" } as const satisfies Record<number, ImageMode>;

/**
 * A picture: rows from the top, pixels from the left, the samples of a pixel beside each other (H x W x C). The twin of
 * a `PIL.Image` that was just opened and decoded; nothing has been converted, so a palette picture holds indices.
 *
 * @example
 * const black = new Image(new Uint8Array(28 * 28), "L", 28, 28);
 */
export class Image {
  readonly data: Uint8Array | Uint16Array;
  readonly mode: ImageMode;
  readonly height: number;
  readonly width: number;
  /** The colours of mode `P`, three bytes each (red, green, blue); null in other modes. */
  readonly palette: Uint8Array | null;

  /**
   * Wraps samples without copying them.
   * @param mode - a mode, or a count of channels: 1, 2, 3 and 4 stand for L, LA, RGB and RGBA
   * @throws ImageError when the sizes are not positive, or the samples are too few, too many or of the wrong width
   */
  constructor(
    data: Uint8Array | Uint16Array,
    mode: ImageMode | keyof typeof modeOfChannels,
    height: number,
    width: number,
    palette: Uint8Array | null = null,
  ) {
    this.data = data;
    this.mode = typeof mode === "number" ? modeOfChannels[mode] : mode;
    this.height = height;
    this.width = width;
    this.palette = this.mode === "P" ? (palette ?? grayRamp()) : null;
    checkSamples(this);
  }

  /** Samples of a pixel. */
  get channels(): number {
    return channelsOfMode[this.mode];
  }

  /** As Pillow prints it: `28x28 L`. */
  toString(): string {
    return `${this.width}x${this.height} ${this.mode}`;
  }
}

/** The palette that Pillow gives a picture without one. */
function grayRamp(): Uint8Array {
  return Uint8Array.from({ length: 768 }, (_, i) => Math.floor(i / 3));
}

function checkSamples({ data, mode, height, width, channels }: Image): void {
  if (!(Number.isInteger(height) && Number.isInteger(width) && height > 0 && width > 0)) {
    throw new ImageError(`Image: expected whole sizes above 0, got ${width} x ${height}`);
  }
  if (data.length !== height * width * channels) {
    throw new ImageError(
      `Image: ${width} x ${height} in mode ${mode} needs ${height * width * channels} samples, got ${data.length}`,
    );
  }
  if (data instanceof Uint16Array !== (mode === "I;16")) {
    throw new ImageError(`Image: mode ${mode} takes a ${mode === "I;16" ? "Uint16Array" : "Uint8Array"}`);
  }
}

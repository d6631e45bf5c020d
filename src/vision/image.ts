/**
 * @module
 * A decoded picture, as an opened Pillow image presents itself: nothing is converted, because handlers do not convert.
 */

import { ImageError } from "./image-error.ts";

/**
 * How the samples of a pixel are meant; Pillow's names. `1`: black or white, stored as 0 and 255. `L`: gray.
 * `P`: an index into {@link Image.palette}. `LA`: gray and opacity. `RGB`, `RGBA`. `I;16`: gray of 16 bits.
 */
export type ImageMode = "1" | "L" | "P" | "LA" | "RGB" | "RGBA" | "I;16";

const channelCounts: { readonly [M in ImageMode]: number } = {
  "1": 1,
  L: 1,
  P: 1,
  LA: 2,
  RGB: 3,
  RGBA: 4,
  "I;16": 1,
};

/** Samples of an {@link Image}: 16 bits for mode `I;16`, 8 for every other. */
export type Samples = Uint8Array | Uint16Array;

/**
 * A picture in memory. The twin of `PIL.Image.Image`, with the modes that PNG and JPEG files open in.
 *
 * @example
 * const dot = new Image(1, 1, "RGB", Uint8Array.of(255, 0, 0));
 * dot.channels; // 3
 */
export class Image {
  /** Pixels of a row. */
  readonly width: number;
  /** Rows. */
  readonly height: number;
  readonly mode: ImageMode;
  /** height · width · channels samples: rows from the top, pixels from the left, samples of a pixel together. */
  readonly data: Samples;
  /** For mode `P`: red, green, blue of each index, 0 to 255; an index beyond it is black. Null for the others. */
  readonly palette: Uint8Array | null;

  /**
   * Wraps `data` without copying it.
   * @throws ImageError when the size, the samples and the mode do not fit each other
   */
  constructor(
    width: number,
    height: number,
    mode: ImageMode,
    data: Samples,
    palette: Uint8Array | null = null,
  ) {
    const samples = width * height * channelCounts[mode];
    if (!Number.isInteger(width) || !Number.isInteger(height) || width < 1 || height < 1) {
      throw new ImageError(`Image: expected a width and a height of at least 1, got ${width} x ${height}`);
    }
    if (data.length !== samples) {
      throw new ImageError(
        `Image: ${width} x ${height} in mode ${mode} takes ${samples} samples, got ${data.length}`,
      );
    }
    if (data instanceof Uint16Array !== (mode === "I;16")) {
      throw new ImageError(`Image: mode ${mode} takes ${mode === "I;16" ? "a Uint16Array" : "a Uint8Array"}`);
    }
    this.width = width;
    this.height = height;
    this.mode = mode;
    this.data = data;
    this.palette = mode === "P" ? (palette ?? new Uint8Array(0)) : null;
  }

  /** Samples of a pixel: the channels of the tensor that `ToTensor` makes. `torchvision.transforms.functional.get_image_num_channels`. */
  get channels(): number {
    return channelCounts[this.mode];
  }
}

/** Samples of a pixel in `mode`. */
export function channelsOf(mode: ImageMode): number {
  return channelCounts[mode];
}

/**
 * @module
 * Where a value of a plan lies. Layers that the plan has kernels for keep pictures in blocks of 8 channels,
 * `[image][block][row][column][8]` with the last block filled up with zeros (oneDNN's nChw8c); every other operation wants
 * them plain, `[N, C, H, W]` as tensors have them. A value has either form, or both; so has its gradient.
 */

import { elementCount } from "../tensor/shape.ts";
import type { Shape } from "../tensor/shape.ts";

/** Sizes of a picture in blocks. A matrix [N, F] is a picture of F channels with one pixel. */
export interface BlockShape {
  readonly images: number;
  readonly channels: number;
  readonly height: number;
  readonly width: number;
}

/** Blocks of 8 that `channels` fill. */
export function blocksOf(channels: number): number {
  return Math.ceil(channels / 8);
}

/** Floats of one block of one image. */
export function planeFloats({ height, width }: BlockShape): number {
  return 8 * height * width;
}

/**
 * Bytes from one image to the next. A cache line lies between them: whole pictures are often multiples of 4096 bytes, and
 * rows of a matrix at such a distance would share few sets of the L1 cache.
 */
export function imagePitch(shape: BlockShape): number {
  return 4 * blocksOf(shape.channels) * planeFloats(shape) + 64;
}

/** Floats that all images take in blocks. */
export function blockFloats(shape: BlockShape): number {
  return (shape.images * imagePitch(shape)) / 4;
}

/** The picture that a tensor of this shape is, or null when it is none. */
export function blockShapeOf(shape: Shape): BlockShape | null {
  if (shape.length === 4) {
    const [images, channels, height, width] = shape;
    return { images, channels, height, width };
  }
  return shape.length === 2 ? { images: shape[0], channels: shape[1], height: 1, width: 1 } : null;
}

/** Offsets of a buffer in either form; null where it does not exist. */
export interface Forms {
  plain: number | null;
  blocks: number | null;
}

/** One value, under whatever shapes operations see it. */
export class Place {
  /** Elements in plain form. */
  readonly count: number;
  /** The picture in the blocks; null when it never was one. */
  readonly picture: BlockShape | null;
  readonly value: Forms = { plain: null, blocks: null };
  /** dL/d(value), as far as it was computed. */
  readonly gradient: Forms = { plain: null, blocks: null };
  /** Whether anybody wants that gradient. */
  readonly wanted: boolean;
  /** Calls that still read the value. */
  readers = 0;

  constructor(shape: Shape, wanted: boolean) {
    this.count = elementCount(shape);
    this.picture = blockShapeOf(shape);
    this.wanted = wanted;
  }
}

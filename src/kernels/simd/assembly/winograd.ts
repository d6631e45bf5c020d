/**
 * @module
 * Convolution by filters of 3 × 3 with stride 1, by Winograd's method F(4 × 4, 3 × 3): the products of a tile's 6 × 6
 * values and a filter's give 4 × 4 outputs, with a quarter of the multiplications of the plain sum.
 *
 *     Y = Aᵀ [ (G w Gᵀ) ⊙ (Bᵀ d B) ] A
 *
 * G and A evaluate polynomials at the points 0, ±1/√2, ±√2 and infinity. These points keep the rounding error at about a
 * third of that of the usual 0, ±1, ±2: 1.2e-6 at most on the second convolution of the MNIST net, values up to 1.7.
 * The error depends on where a pixel stands in its tile: equal windows do not give bitwise equal sums. So nothing that
 * explains a max-pool's choice may come from here (see ./tile.ts); predictions, training and gradients of inputs may.
 *
 * Pictures are in blocks of 8 channels, `[image][channel block][row][column][8]`, and 0 beyond the last channel.
 */

import { product4, product6 } from "./product";
import { POINTS } from "./tile";
import { HALF_TILE, transformInput } from "./winograd-input";
import { poolTile, PRODUCT, storeTile, transformProducts } from "./winograd-output";

/** Tiles that are transformed and multiplied together. A multiple of what the products take at once. */
const STRIP: u32 = 12;

/** Bytes of a block's products. */
const PRODUCTS_BYTES: usize = 36 * PRODUCT;

/** Bits of `flags`. */
const RELU: u32 = 1;
const POOL: u32 = 2;

/** Bytes of scratch that {@link convolve3x3} needs for pictures of so many channel blocks and columns. */
export function winogradScratch(inBlocks: u32, width: u32): u32 {
  return <u32>(
    (<usize>inBlocks * HALF_TILE + PRODUCTS_BYTES + 36 * valueStride(inBlocks) + ((<usize>width) << 5))
  );
}

/** Bytes from one of the 36 values of a strip's tiles to the next: kept off multiples of 4096. */
function valueStride(inBlocks: u32): usize {
  return <usize>STRIP * ((<usize>inBlocks) << 5) + 64;
}

/**
 * out = from ⋆ weights (+ bias), then what `flags` says, for `images` pictures of `inBlocks · 8` channels. Images of `from`
 * are `imagePitch` bytes apart, those of `out` (and of `mask`) `outPitch`, those of `argmax` follow each other.
 *
 * - `weights`: as `packWinograd` wrote them; with its `transposed`, and 2 - padding, this is the gradient of the input.
 * - `bias`: 0, or the address of `outBlocks · 8` floats.
 * - Pixels outside the picture are zero: `padTop` rows above and `padLeft` columns on the left, and as many below and
 *   on the right as outHeight × outWidth ask for.
 * - `flags` 1: relu, max(value, 0), NaN stays NaN. `flags` 2: 2 × 2 max-pooling with stride 2, before relu (which makes
 *   no difference to the values): `out` is then `[image][block][outHeight / 2][outWidth / 2][8]`, odd rows and columns are
 *   left out, and `argmax`, unless 0, takes a byte for each value of `out` in the same order: 2 · row + column in the
 *   window, as `poolBlocks` has it; the first maximum wins, and the last NaN over all.
 * - `mask`: 0, or (without pooling) the address of pictures laid out as `out`: where one is <= 0, `out` becomes 0. This is
 *   relu's backward, with the rectifier's output (or input) as mask.
 * - `scratch`: `winogradScratch(inBlocks, width)` bytes, in any state.
 */
export function convolve3x3(
  out: usize,
  argmax: usize,
  from: usize,
  weights: usize,
  bias: usize,
  mask: usize,
  scratch: usize,
  images: u32,
  imagePitch: usize,
  outPitch: usize,
  inBlocks: u32,
  height: u32,
  width: u32,
  outBlocks: u32,
  outHeight: u32,
  outWidth: u32,
  padTop: i32,
  padLeft: i32,
  flags: u32,
): void {
  const half = scratch;
  const products = half + <usize>inBlocks * HALF_TILE;
  const values = products + PRODUCTS_BYTES;
  const stride = valueStride(inBlocks);
  const zeros = values + 36 * stride;
  memory.fill(zeros, 0, (<usize>width) << 5);

  const depth = inBlocks << 3;
  const pitch = (<usize>depth) << 2;
  const panel = pitch << 3;
  const plane = (<usize>(height * width)) << 5;
  const tileRows = (outHeight + 3) >> 2;
  const tileColumns = (outWidth + 3) >> 2;
  const tiles = images * tileRows * tileColumns;
  const pool = (flags & POOL) != 0;
  const relu = (flags & RELU) != 0;
  const shownRows = pool ? outHeight >> 1 : outHeight;
  const shownColumns = pool ? outWidth >> 1 : outWidth;
  // Rows and columns that a tile adds to the output.
  const step: u32 = pool ? 2 : 4;
  const rowBytes = (<usize>shownColumns) << 5;
  const outPlane = <usize>shownRows * rowBytes;

  for (let first: u32 = 0; first < tiles; first += STRIP) {
    const count = min(STRIP, tiles - first);

    for (let t: u32 = 0; t < count; t++) {
      const row = (first + t) / tileColumns;
      transformInput(
        values + <usize>t * pitch,
        stride,
        from + <usize>(row / tileRows) * imagePitch,
        inBlocks,
        height,
        width,
        4 * <i32>(row % tileRows) - padTop,
        4 * <i32>((first + t) % tileColumns) - padLeft,
        half,
        zeros,
      );
    }

    for (let block: u32 = 0; block < outBlocks; block++) {
      let value = values;
      let panels = weights + <usize>block * 36 * panel;
      for (let to = products; to < values; to += PRODUCT) {
        multiplyTiles(to, value, pitch, panels, depth, count);
        value += stride;
        panels += panel;
      }
      const blockBias = bias ? bias + ((<usize>block) << 5) : 0;
      for (let t: u32 = 0; t < count; t++) {
        const row = (first + t) / tileColumns;
        const image = row / tileRows;
        const outRow = (row % tileRows) * step;
        const outColumn = ((first + t) % tileColumns) * step;
        if (outRow >= shownRows || outColumn >= shownColumns) continue;
        const at = <usize>block * outPlane + <usize>outRow * rowBytes + ((<usize>outColumn) << 5);
        const to = <usize>image * outPitch + at;
        const rows = min(step, shownRows - outRow);
        const columns = min(step, shownColumns - outColumn);
        transformProducts(half, products + ((<usize>t) << 5));
        if (pool) {
          const bytes = argmax ? argmax + ((<usize>(image * outBlocks) * outPlane + at) >> 2) : 0;
          poolTile(out + to, rowBytes, rows, columns, half, blockBias, relu, bytes);
        } else {
          storeTile(out + to, rowBytes, rows, columns, half, blockBias, relu, mask ? mask + to : 0);
        }
      }
    }
  }
}

/** The products of `count` tiles for one of the 36 values and one block of output channels; up to 12 are computed. */
function multiplyTiles(out: usize, from: usize, pitch: usize, panel: usize, depth: u32, count: i32): void {
  if (POINTS == 6) {
    while (count > 4) {
      product6(out, from, pitch, panel, depth);
      out += 192;
      from += 6 * pitch;
      count -= 6;
    }
  }
  while (count > 0) {
    product4(out, from, pitch, panel, depth);
    out += 128;
    from += 4 * pitch;
    count -= 4;
  }
}

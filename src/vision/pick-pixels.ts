/**
 * @module
 * Pictures and tensors made of other ones' rows and columns: cropping, padding and the nearest pixel are all this.
 */

import { DTypeError } from "../errors.ts";
import { allocate } from "../tensor/dtype.ts";
import { Tensor } from "../tensor/tensor.ts";
import type { AnyTensor } from "../tensor/tensor.ts";
import { Image } from "./image.ts";

/** Stands for a row or column that the source does not have: it is filled. */
export const OUTSIDE = -1;

/**
 * The picture whose pixel (i, j) is pixel (`rows[i]`, `columns[j]`) of `image`.
 * @param fill the sample of each channel for pixels {@link OUTSIDE}; may be left empty when there are none
 */
export function pickPixels(
  image: Image,
  rows: Int32Array,
  columns: Int32Array,
  fill: readonly number[],
): Image {
  const { channels, data, mode, palette } = image;
  const count = rows.length * columns.length * channels;
  const result = mode === "I;16" ? new Uint16Array(count) : new Uint8Array(count);
  let to = 0;
  for (const row of rows) {
    for (const column of columns) {
      const from = (row * image.width + column) * channels;
      const inside = row !== OUTSIDE && column !== OUTSIDE;
      for (let c = 0; c < channels; c++) result[to++] = inside ? data[from + c] : fill[c];
    }
  }
  return new Image(columns.length, rows.length, mode, result, palette);
}

/**
 * The tensor `[..., rows, columns]` whose last two dimensions are picked from those of `x`.
 * @throws DTypeError for integers of 64 bits
 */
export function pickElements(x: AnyTensor, rows: Int32Array, columns: Int32Array, fill: number): AnyTensor {
  const { data, shape } = x;
  const [height, width] = shape.slice(-2);
  const planes = data.length / (height * width);
  const result = allocate(x.dtype, planes * rows.length * columns.length);
  if (isBig(data) || isBig(result)) {
    throw new DTypeError(`transforms: pictures of ${x.dtype} are not read; convert them to uint8 or float32`);
  }
  let to = 0;
  for (let plane = 0; plane < planes; plane++) {
    for (const row of rows) {
      const from = (plane * height + row) * width;
      for (const column of columns) {
        result[to++] = row === OUTSIDE || column === OUTSIDE ? fill : data[from + column];
      }
    }
  }
  return new Tensor(result, [...shape.slice(0, -2), rows.length, columns.length], x.dtype);
}

function isBig(data: AnyTensor["data"]): data is BigInt64Array | BigUint64Array {
  return data instanceof BigInt64Array || data instanceof BigUint64Array;
}

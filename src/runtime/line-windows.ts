/**
 * @module
 * Which pixels of the second convolution's result stand for which: where picture and baseline are flat, one for all.
 */

import { conv2dPlanOf } from "../ops/conv2d.ts";
import { flatWindows } from "./flat.ts";
import type { LineParts } from "./line-parts.ts";

/** Rows of P and Q, and where pixels and windows find theirs. */
export interface Rows {
  /** For each row the pixel that it belongs to, ascending. */
  readonly rows: readonly number[];
  /** The windows of the pool that are to be computed: their numbers, and the rows of their four pixels. */
  readonly windows: readonly { readonly window: number; readonly four: readonly number[] }[];
  /**
   * Windows that are flat and of one colour, in ascending order: the first of them is among those to be computed, and stands for
   * all. Their pixels are all equal, so the first pixel wins.
   */
  readonly flat: readonly number[];
}

/** Chooses the rows for one example: a pixel has its own unless an earlier one sees the same flat colour. */
export function windowsOf(
  parts: LineParts,
  baseline: Float32Array,
  difference: Float32Array,
  joinFlat: boolean,
): Rows {
  const { g } = parts.second;
  const pixels = g.outHeight * g.outWidth;
  const colours = coloursOf(parts, baseline, difference);
  const rowOfColour = new Map<number, number>();
  const rowOf = new Int32Array(pixels);
  const rows: number[] = [];
  for (let pixel = 0; pixel < pixels; pixel++) {
    const colour = colours === null ? -1 : colours[pixel];
    const known = colour < 0 ? undefined : rowOfColour.get(colour);
    rowOf[pixel] = known ?? rows.length;
    if (known !== undefined) continue;
    if (colour >= 0) rowOfColour.set(colour, rows.length);
    rows.push(pixel);
  }
  return { rows, ...chooseWindows(parts, rowOf, joinFlat) };
}

/** All windows but those that are as flat as an earlier one, for the colour that has most of them. */
function chooseWindows(
  { second, pool }: LineParts,
  rowOf: Int32Array,
  joinFlat: boolean,
): Pick<Rows, "windows" | "flat"> {
  const { outWidth } = second.g;
  const all: { window: number; four: readonly number[] }[] = [];
  const flats = new Map<number, number[]>();
  for (let window = 0; window < pool.outHeight * pool.outWidth; window++) {
    const corner = 2 * Math.floor(window / pool.outWidth) * outWidth + 2 * (window % pool.outWidth);
    const four = [corner, corner + 1, corner + outWidth, corner + outWidth + 1].map((pixel) => rowOf[pixel]);
    all.push({ window, four });
    if (four.every((row) => row === four[0])) flats.set(four[0], [...(flats.get(four[0]) ?? []), window]);
  }
  const flat = [...flats.values()].reduce((most, list) => (list.length > most.length ? list : most), []);
  if (!joinFlat) return { windows: all, flat: [] };
  const again = new Set(flat.slice(1));
  return { windows: all.filter(({ window }) => !again.has(window)), flat };
}

/** The colour that each pixel of the second convolution sees, -1 where it sees several or a border. */
function coloursOf(
  { first, second }: LineParts,
  baseline: Float32Array,
  difference: Float32Array,
): Int32Array | null {
  const g1 = conv2dPlanOf(first);
  const { g } = second;
  if (g1 === null || g1.strideHeight !== 1 || g1.strideWidth !== 1) return null;
  if (g1.dilationHeight !== 1 || g1.dilationWidth !== 1) return null;
  const rows = g1.kernelHeight + g.kernelHeight - 1;
  const columns = g1.kernelWidth + g.kernelWidth - 1;
  const flat = flatWindows(
    {
      channels: g1.inChannels,
      height: g1.inHeight,
      width: g1.inWidth,
      planes: [baseline, difference],
    },
    { rows, columns },
  );
  const flatRows = Math.max(0, g1.inHeight - rows + 1);
  const flatColumns = Math.max(0, g1.inWidth - columns + 1);
  const colours = new Int32Array(g.outHeight * g.outWidth).fill(-1);
  for (let y = 0; y < g.outHeight; y++) {
    for (let x = 0; x < g.outWidth; x++) {
      // The window's corner in the picture; both paddings move it up and to the left.
      const top = y - g.padTop - g1.padTop;
      const left = x - g.padLeft - g1.padLeft;
      if (top < 0 || left < 0 || top >= flatRows || left >= flatColumns) continue;
      colours[y * g.outWidth + x] = flat[top * flatColumns + left];
    }
  }
  return colours;
}

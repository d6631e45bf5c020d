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
  /** For each row an earlier one, or itself, that sees the same of the baseline. */
  readonly starts: readonly number[];
  /** Where the baseline is of one colour and no row sees a border: the pixel of the picture in which each row's view begins. */
  readonly corners: readonly number[] | null;
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
  return { rows, ...startsOf(parts, baseline, rows), ...chooseWindows(parts, rowOf, joinFlat) };
}

/** Where the baseline is of one colour, all rows that see no border start alike. */
function startsOf(
  parts: LineParts,
  baseline: Float32Array,
  rows: readonly number[],
): Pick<Rows, "starts" | "corners"> {
  const view = viewOf(parts);
  if (view === null || !isOneColour(baseline, view.channels)) {
    return { starts: rows.map((_, row) => row), corners: null };
  }
  const corners = rows.map((pixel) => view.cornerOf(pixel));
  const first = corners.findIndex((corner) => corner >= 0);
  return {
    starts: corners.map((corner, row) => (corner < 0 ? row : first)),
    corners: corners.every((corner) => corner >= 0) ? corners : null,
  };
}

function isOneColour(picture: Float32Array, channels: number): boolean {
  const pixels = picture.length / channels;
  return picture.every((value, i) => value === picture[i - (i % pixels)]);
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

/** What pixels of the second convolution see of the picture. */
interface View {
  readonly channels: number;
  /** Size of the part that each sees. */
  readonly rows: number;
  readonly columns: number;
  /** Where the part that a pixel sees begins, as a pixel of the picture; -1 for one that sees a border. */
  cornerOf(pixel: number): number;
}

/** The view, or null when it is not a part of neighbouring pixels that moves along with the pixel. */
function viewOf({ first, second: { g } }: LineParts): View | null {
  const g1 = conv2dPlanOf(first);
  if (g1 === null || g1.strideHeight !== 1 || g1.strideWidth !== 1) return null;
  if (g1.dilationHeight !== 1 || g1.dilationWidth !== 1) return null;
  const rows = g1.kernelHeight + g.kernelHeight - 1;
  const columns = g1.kernelWidth + g.kernelWidth - 1;
  const cornerRows = g1.inHeight - rows + 1;
  const cornerColumns = g1.inWidth - columns + 1;
  return {
    channels: g1.inChannels,
    rows,
    columns,
    cornerOf(pixel) {
      // Both paddings move the corner up and to the left.
      const top = Math.floor(pixel / g.outWidth) - g.padTop - g1.padTop;
      const left = (pixel % g.outWidth) - g.padLeft - g1.padLeft;
      if (top < 0 || left < 0 || top >= cornerRows || left >= cornerColumns) return -1;
      return top * g1.inWidth + left;
    },
  };
}

/** The colour that each pixel of the second convolution sees, -1 where it sees several or a border. */
function coloursOf(parts: LineParts, baseline: Float32Array, difference: Float32Array): Int32Array | null {
  const view = viewOf(parts);
  const [, , height, width] = parts.first.inputs[0]?.shape ?? [];
  if (view === null) return null;
  const { channels, rows, columns } = view;
  const flat = flatWindows({ channels, height, width, planes: [baseline, difference] }, { rows, columns });
  const { g } = parts.second;
  return Int32Array.from({ length: g.outHeight * g.outWidth }, (_, pixel) => {
    const corner = view.cornerOf(pixel);
    if (corner < 0) return -1;
    return flat[Math.floor(corner / width) * (width - columns + 1) + (corner % width)];
  });
}

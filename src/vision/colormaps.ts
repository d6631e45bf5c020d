/**
 * @module
 * Colours for numbers: 256 steps between a few given colours.
 */

import { ArgumentError } from "../errors.ts";

type Rgb = readonly [red: number, green: number, blue: number];

/**
 * Names of the colour maps. `RdWhGn` (red, white, green), `Greens`, `Reds` and `Blues` are those that Captum draws with;
 * `BuWhOr` (blue, white, orange) is for signed maps too and stays readable to people who cannot tell red from green.
 */
export type ColormapName = "RdWhGn" | "Greens" | "Reds" | "Blues" | "BuWhOr";

/** Equally spaced colours from the lowest value to the highest. The sequential ones are ColorBrewer's of nine classes. */
const anchors: { readonly [N in ColormapName]: readonly Rgb[] } = {
  RdWhGn: [
    [255, 0, 0],
    [255, 255, 255],
    [0, 128, 0],
  ],
  Greens: [
    [247, 252, 245],
    [229, 245, 224],
    [199, 233, 192],
    [161, 217, 155],
    [116, 196, 118],
    [65, 171, 93],
    [35, 139, 69],
    [0, 109, 44],
    [0, 68, 27],
  ],
  Reds: [
    [255, 245, 240],
    [254, 224, 210],
    [252, 187, 161],
    [252, 146, 114],
    [251, 106, 74],
    [239, 59, 44],
    [203, 24, 29],
    [165, 15, 21],
    [103, 0, 13],
  ],
  Blues: [
    [247, 251, 255],
    [222, 235, 247],
    [198, 219, 239],
    [158, 202, 225],
    [107, 174, 214],
    [66, 146, 198],
    [33, 113, 181],
    [8, 81, 156],
    [8, 48, 107],
  ],
  // Okabe and Ito's blue and vermilion, which differ in lightness along each arm and in hue for every kind of eye.
  BuWhOr: [
    [0, 50, 100],
    [0, 114, 178],
    [255, 255, 255],
    [213, 94, 0],
    [110, 40, 0],
  ],
};

/** The names of all colour maps. */
export const colormapNames: readonly ColormapName[] = Object.keys(anchors) as ColormapName[];

const tables = new Map<ColormapName, Uint8Array>();

/**
 * A colour map as 256 × 3 bytes, red, green, blue. For a value t from 0 to 1, entry min(⌊256 t⌋, 255) is its colour, as in
 * matplotlib, whose tables for the four names that it shares these are.
 *
 * @example
 * const map = colormapTable("Blues");
 * map.subarray(3 * 255); // 8, 48, 107
 * @throws ArgumentError for a name that is not known
 */
export function colormapTable(name: ColormapName): Uint8Array {
  const known = tables.get(name);
  if (known !== undefined) return known;
  if (!colormapNames.includes(name)) {
    throw new ArgumentError(`colormap: expected ${colormapNames.join(", ")}, got ${JSON.stringify(name)}`);
  }
  const table = interpolate(anchors[name]);
  tables.set(name, table);
  return table;
}

/** Linear between neighbours, then truncated to a byte, with matplotlib's order of operations in fractions of 255. */
function interpolate(colours: readonly Rgb[]): Uint8Array {
  const table = new Uint8Array(256 * 3);
  const last = colours.length - 1;
  for (let i = 0; i < 256; i++) {
    const at = 255 * (i / 255);
    let next = 1;
    while (next < last && 255 * (next / last) < at) next++;
    const from = 255 * ((next - 1) / last);
    const share = i === 255 ? 1 : (at - from) / (255 * (next / last) - from);
    for (let c = 0; c < 3; c++) {
      const low = colours[next - 1][c] / 255;
      table[3 * i + c] =
        (i === 255 ? colours[last][c] / 255 : share * (colours[next][c] / 255 - low) + low) * 255;
    }
  }
  return table;
}

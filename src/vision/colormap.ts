/**
 * @module
 * Colour maps: 256 colours for the numbers between two ends.
 */

/** The names of the colour maps. */
export type ColormapName = "RdWhGn" | "BuWhOr" | "Greens" | "Reds" | "Blues";

/** 256 colours, three bytes each: red, green, blue. */
export type Colormap = Uint8Array;

/**
 * Colours at equal distances, between which a map is linear.
 *
 * Greens, Reds and Blues are the sequential schemes of nine classes from ColorBrewer.org by Cynthia A. Brewer, Geography,
 * Pennsylvania State University (Apache License 2.0), under matplotlib's names. RdWhGn is Captum's.
 */
const anchors: { readonly [N in ColormapName]: readonly string[] } = {
  RdWhGn: ["ff0000", "ffffff", "008000"],
  // Ours: the two hues that people with any of the common colour deficiencies tell apart, of equal lightness at each distance.
  BuWhOr: ["1556a8", "7fa9dd", "ffffff", "e88f45", "943500"],
  Greens: ["f7fcf5", "e5f5e0", "c7e9c0", "a1d99b", "74c476", "41ab5d", "238b45", "006d2c", "00441b"],
  Reds: ["fff5f0", "fee0d2", "fcbba1", "fc9272", "fb6a4a", "ef3b2c", "cb181d", "a50f15", "67000d"],
  Blues: ["f7fbff", "deebf7", "c6dbef", "9ecae1", "6baed6", "4292c6", "2171b5", "08519c", "08306b"],
};

/** The names of all colour maps. */
export const colormapNames: readonly ColormapName[] = Object.keys(anchors) as ColormapName[];

/** Whether a map has two sides, and white between them. */
export function isDiverging(name: ColormapName): boolean {
  return name === "RdWhGn" || name === "BuWhOr";
}

/** Colours of a map. */
const SIZE = 256;

const made = new Map<ColormapName, Colormap>();

/**
 * The colours of a map, the lowest first. As matplotlib's `LinearSegmentedColormap` with N = 256, to the byte, but for the
 * darkest of Reds: that is (103, 0, 13) as its author has it, while matplotlib's constant falls short by a rounding error.
 */
export function colormapColors(name: ColormapName): Colormap {
  const colors = made.get(name) ?? interpolate(anchors[name]);
  made.set(name, colors);
  return colors;
}

/** The position in a map of a number between 0 and 1, as matplotlib rounds it. */
export function colorIndex(position: number): number {
  return Math.max(0, Math.min(SIZE - 1, Math.trunc(position * SIZE)));
}

/** The arithmetic is matplotlib's step by step: truncating to bytes makes its rounding errors visible. */
function interpolate(stops: readonly string[]): Colormap {
  const colors = stops.map((hex) => [0, 2, 4].map((at) => Number.parseInt(hex.slice(at, at + 2), 16) / 255));
  const last = stops.length - 1;
  const colors256 = Array.from({ length: SIZE }, (_, i) => {
    if (i === 0 || i === SIZE - 1) return colors[i === 0 ? 0 : last];
    const x = (SIZE - 1) * (i * (1 / (SIZE - 1)));
    const gap = (SIZE - 1) / last;
    // A colour that stands on a stop belongs to the stretch before it.
    const before = Math.ceil(x / gap) - 1;
    const t = (x - before * gap) / gap;
    return colors[before].map((from, c) => t * (colors[before + 1][c] - from) + from);
  });
  return Uint8Array.from(colors256.flat(), (value) => Math.trunc(value * 255));
}

/**
 * @module
 * Attributions as pictures.
 */

import { ArgumentError } from "../errors.ts";
import type { Tensor } from "../tensor/tensor.ts";
import { heatMapSigns, normalizeAttributions } from "./normalize-attributions.ts";
import type { NormalizeAttributionsOptions, HeatMapSign } from "./normalize-attributions.ts";
import { colorIndex, colormapColors, colormapNames, isDiverging } from "./colormap.ts";
import type { ColormapName } from "./colormap.ts";
import { toGray } from "./gray.ts";
import { ImageError } from "./image-error.ts";
import { Image } from "./image.ts";

/** How a heat map looks. Every option may be left out. */
export interface HeatMapOptions extends NormalizeAttributionsOptions {
  /** The colours; unless said, Captum's for the sign: RdWhGn, Greens, Reds or Blues. */
  readonly colormap?: ColormapName;
  /** How many pixels wide and high each attribution is drawn; 1 unless said. */
  readonly scale?: number;
  /** A picture of the same size that is shown in gray below the heat map. */
  readonly overlay?: Image;
  /** How much of the heat map, from 0 to 1, covers that picture; 0.5 unless said. */
  readonly alphaOverlay?: number;
}

/** Pixels that a heat map has at most. */
const MAX_PIXELS = 16_000_000;

/** The colours that Captum gives each sign. */
export const defaultColormaps: { readonly [S in HeatMapSign]: ColormapName } = {
  all: "RdWhGn",
  positive: "Greens",
  negative: "Reds",
  absolute_value: "Blues",
};

/**
 * Attributions [C, H, W] as a picture of mode `RGBA`, `scale` times as large. The twin of Captum's `visualize_image_attr`
 * with the methods `heat_map` and, over a picture, `blended_heat_map`; same numbers, same 256 colours, but one square of
 * pixels for each attribution instead of a matplotlib figure, and the picture below is Pillow's gray, not the mean of its
 * channels stretched to full contrast.
 *
 * @example
 * encodePng(heatMap(attributions, { sign: "all", scale: 8, overlay: digit }));
 * @throws ArgumentError when an option is not possible, or the result would be larger than 16 million pixels
 * @throws ImageError when the picture below has another size, or there are no attributions
 * @throws ShapeError when the attributions are not [C, H, W]
 */
export function heatMap(attributions: Tensor, options: HeatMapOptions = {}): Image {
  const { sign = "absolute_value", scale = 1, overlay, alphaOverlay = 0.5 } = options;
  checkOptions(options);
  const values = normalizeAttributions(attributions, options);
  const [height, width] = values.shape;
  if (!(Number.isInteger(scale) && scale >= 1 && width * height * scale * scale <= MAX_PIXELS)) {
    throw new ArgumentError(
      `scale: expected a whole number from 1, and at most ${MAX_PIXELS} pixels, got ${scale} for ${width} x ${height}`,
    );
  }
  const colors = heatColors(values, options.colormap ?? defaultColormaps[sign], sign);
  if (overlay !== undefined) blend(colors, overlay, alphaOverlay, height, width);
  return enlarge(colors, height, width, scale);
}

/**
 * The colours, three bytes each, of values that {@link normalizeAttributions} made with `sign`. White stands for 0 on a map
 * with two sides, whatever the sign; a map with one side shows 0 as its lightest colour, except for the sign `all`, where
 * that is -1.
 */
export function heatColors(values: Tensor, colormap: ColormapName, sign: HeatMapSign): Uint8Array {
  const map = colormapColors(colormap);
  const diverging = isDiverging(colormap);
  const centred = diverging || sign === "all";
  // Negative attributions alone arrive as positive numbers; on a map with two sides they belong to the other one.
  const side = diverging && sign === "negative" ? -1 : 1;
  const colors = new Uint8Array(values.data.length * 3);
  for (let i = 0; i < values.data.length; i++) {
    const value = values.data[i] * side;
    const at = colorIndex(centred ? (value + 1) / 2 : value) * 3;
    for (let c = 0; c < 3; c++) colors[i * 3 + c] = map[at + c];
  }
  return colors;
}

/** For callers that hand on what someone typed. */
function checkOptions({ sign, colormap, alphaOverlay = 0.5 }: HeatMapOptions): void {
  if (sign !== undefined && !heatMapSigns.includes(sign)) {
    throw new ArgumentError(`sign: expected ${heatMapSigns.join(", ")}, got ${String(sign)}`);
  }
  if (colormap !== undefined && !colormapNames.includes(colormap)) {
    throw new ArgumentError(`colormap: expected ${colormapNames.join(", ")}, got ${String(colormap)}`);
  }
  if (!(alphaOverlay >= 0 && alphaOverlay <= 1)) {
    throw new ArgumentError(`alphaOverlay: expected a number from 0 to 1, got ${alphaOverlay}`);
  }
}

/** Lays colours over a picture in gray. */
function blend(colors: Uint8Array, below: Image, alpha: number, height: number, width: number): void {
  if (below.height !== height || below.width !== width) {
    throw new ImageError(
      `overlay: expected a picture of ${width} x ${height} like the attributions, got ${below.width} x ${below.height}`,
    );
  }
  const gray = toGray(below).data;
  for (let i = 0; i < colors.length; i++) {
    colors[i] = Math.round(alpha * colors[i] + (1 - alpha) * gray[Math.floor(i / 3)]);
  }
}

function enlarge(colors: Uint8Array, height: number, width: number, scale: number): Image {
  const rgba = new Uint8Array(height * width * scale * scale * 4).fill(255);
  let to = 0;
  for (let y = 0; y < height * scale; y++) {
    for (let x = 0; x < width * scale; x++, to += 4) {
      const from = (Math.floor(y / scale) * width + Math.floor(x / scale)) * 3;
      for (let c = 0; c < 3; c++) rgba[to + c] = colors[from + c];
    }
  }
  return new Image(width * scale, height * scale, "RGBA", rgba);
}

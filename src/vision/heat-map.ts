/**
 * @module
 * Attributions as a picture: Captum's `visualize_image_attr`, without a plotting library.
 */

import { ArgumentError, formatShape, ShapeError } from "../errors.ts";
import { Tensor } from "../tensor/tensor.ts";
import { colormapTable } from "./colormaps.ts";
import type { ColormapName } from "./colormaps.ts";
import { Image } from "./image.ts";

/** Which attributions count; Captum's names. */
export type HeatMapSign = "all" | "positive" | "negative" | "absolute_value";

/** Settings of {@link normalizeAttributions}. */
export interface NormalizeAttributionsOptions {
  /** `absolute_value` unless said. */
  readonly sign?: HeatMapSign;
  /** How many percent of the total mass may lie in values that are clipped; 2 unless said. */
  readonly outlierPerc?: number;
}

/** Settings of {@link heatMap}. */
export interface HeatMapOptions extends NormalizeAttributionsOptions {
  /** Captum's choice for the sign unless said: RdWhGn, Greens, Reds, Blues. */
  readonly colormap?: ColormapName;
  /** Width and height of a pixel in the result; 1 unless said. */
  readonly scale?: number;
  /** A picture of the same size, shown in gray under the half-transparent map: Captum's `blended_heat_map`. */
  readonly overlay?: Image;
}

/** Captum's colour maps by sign. */
export const defaultColormaps: { readonly [S in HeatMapSign]: ColormapName } = {
  all: "RdWhGn",
  positive: "Greens",
  negative: "Reds",
  absolute_value: "Blues",
};

/** The names of all signs. */
export const heatMapSigns: readonly HeatMapSign[] = Object.keys(defaultColormaps) as HeatMapSign[];

/** Pixels of the largest result. */
const MAX_PIXELS = 4096 * 4096;

/** Opacity of the map over a picture; Captum's `alpha_overlay`. */
const OVERLAY_OPACITY = 0.5;

/**
 * One number a pixel, from 0 to 1, or from −1 to 1 for `all`: the sum a over the channels, by sign, divided by a threshold
 * T and clipped. T is the smallest |a| such that values up to it hold (100 − outlierPerc) % of the total Σ|a|, which is
 * Captum's `_normalize_attr`. Where Captum fails, this does not: attributions that are 0 everywhere give 0, and with
 * outlierPerc 0 rounding cannot push T beyond the largest value. Sums are taken in float64.
 *
 * @param attributions `[H, W]`, `[C, H, W]` or `[1, C, H, W]`
 * @returns `[H, W]` float64
 * @throws ShapeError when the shape is none of these
 * @throws ArgumentError when an option is not possible, or a value is NaN or infinite
 */
export function normalizeAttributions(
  attributions: Tensor,
  options: NormalizeAttributionsOptions = {},
): Tensor<"float64"> {
  const { sign = "absolute_value", outlierPerc = 2 } = options;
  if (!(outlierPerc >= 0 && outlierPerc <= 100)) {
    throw new ArgumentError(`heatMap: expected an outlierPerc from 0 to 100, got ${outlierPerc}`);
  }
  const { height, width } = sizeOf(attributions);
  const values = sumOverChannels(attributions, height * width).map(signFilter(sign));
  const threshold = cumulativeThreshold(values.map(Math.abs), 100 - outlierPerc);
  const divisor = sign === "negative" ? -threshold : threshold;
  const normalized = values.map((value) => (divisor === 0 ? 0 : Math.min(1, Math.max(-1, value / divisor))));
  return new Tensor(normalized, [height, width], "float64");
}

/**
 * Attributions as a picture of mode `RGBA`. As Captum's `visualize_image_attr` with the method `heat_map`, or
 * `blended_heat_map` when there is an overlay; without axes and title, a square of `scale` pixels for each value, and the
 * gray under an overlay is the mean of the colours as it is, not stretched from black to white.
 *
 * @example
 * const { attributions } = mnist.explain(x, { target: "predicted" })[0];
 * await writeFile("heat.png", encodePng(heatMap(attributions, { sign: "all", scale: 8 })));
 * @param attributions `[H, W]`, `[C, H, W]` or `[1, C, H, W]`
 * @throws ShapeError when the shape is none of these, or the overlay has another size
 * @throws ArgumentError when an option is not possible, or a value is NaN or infinite
 */
export function heatMap(attributions: Tensor, options: HeatMapOptions = {}): Image {
  const { sign = "absolute_value", scale = 1, overlay } = options;
  const values = normalizeAttributions(attributions, options);
  const [height, width] = values.shape;
  if (!Number.isInteger(scale) || scale < 1 || width * height * scale * scale > MAX_PIXELS) {
    throw new ArgumentError(
      `heatMap: expected a scale of at least 1 with at most ${MAX_PIXELS} pixels in all, got ${scale} for ${width} x ${height}`,
    );
  }
  if (overlay !== undefined && (overlay.width !== width || overlay.height !== height)) {
    throw new ShapeError(
      `heatMap: the overlay has ${overlay.width} x ${overlay.height} pixels, the map ${width} x ${height}`,
    );
  }
  const colours = colormapTable(options.colormap ?? defaultColormaps[sign]);
  const pixels = new Uint8Array(width * height * 4);
  for (let i = 0; i < width * height; i++) {
    // As matplotlib's: −1..1 for signed maps and 0..1 for the others fall into 256 equal steps.
    const share = sign === "all" ? (values.data[i] + 1) / 2 : values.data[i];
    const entry = 3 * Math.min(255, Math.trunc(share * 256));
    const under = overlay === undefined ? null : grayAt(overlay, i);
    for (let c = 0; c < 3; c++) pixels[4 * i + c] = blend(colours[entry + c], under);
    pixels[4 * i + 3] = 255;
  }
  return enlarge(pixels, width, height, scale);
}

function blend(colour: number, under: number | null): number {
  return under === null ? colour : Math.round(OVERLAY_OPACITY * colour + (1 - OVERLAY_OPACITY) * under);
}

function sizeOf({ shape }: Tensor): { readonly height: number; readonly width: number } {
  const [height, width] = shape.slice(-2);
  if (
    shape.length < 2 ||
    shape.length > 4 ||
    (shape.length === 4 && shape[0] !== 1) ||
    height * width === 0
  ) {
    throw new ShapeError(
      `heatMap: expected attributions [H, W], [C, H, W] or [1, C, H, W], got ${formatShape(shape)}`,
    );
  }
  return { height, width };
}

function sumOverChannels({ data }: Tensor, area: number): Float64Array {
  const sums = new Float64Array(area);
  for (let i = 0; i < data.length; i++) sums[i % area] += data[i];
  if (!sums.every(Number.isFinite))
    throw new ArgumentError("heatMap: the attributions hold NaN or infinite values");
  return sums;
}

function signFilter(sign: HeatMapSign): (value: number) => number {
  switch (sign) {
    case "all":
      return (value) => value;
    case "positive":
      return (value) => Math.max(value, 0);
    case "negative":
      return (value) => Math.min(value, 0);
    case "absolute_value":
      return Math.abs;
    default:
      throw new ArgumentError(
        `heatMap: expected a sign of ${heatMapSigns.join(", ")}, got ${JSON.stringify(sign)}`,
      );
  }
}

/** The value at which the running sum of the sorted `magnitudes` reaches `percent` of the total. */
function cumulativeThreshold(magnitudes: Float64Array, percent: number): number {
  const sorted = magnitudes.sort();
  const total = sorted.reduce((sum, value) => sum + value, 0);
  const wanted = total * 0.01 * percent;
  let sum = 0;
  for (const value of sorted) {
    sum += value;
    if (sum >= wanted) return value;
  }
  // 100 % of the total can come out above the total by rounding.
  return sorted[sorted.length - 1];
}

/** The mean of a pixel's colours, 0 to 255. */
function grayAt({ data, mode, channels, palette }: Image, pixel: number): number {
  if (palette !== null) {
    const at = 3 * data[pixel];
    return at + 2 < palette.length ? (palette[at] + palette[at + 1] + palette[at + 2]) / 3 : 0;
  }
  const at = pixel * channels;
  if (mode === "I;16") return data[at] >> 8;
  return channels < 3 ? data[at] : (data[at] + data[at + 1] + data[at + 2]) / 3;
}

function enlarge(pixels: Uint8Array, width: number, height: number, scale: number): Image {
  if (scale === 1) return new Image(width, height, "RGBA", pixels);
  const result = new Uint8Array(pixels.length * scale * scale);
  const row = width * scale * 4;
  for (let y = 0; y < height; y++) {
    const start = y * scale * row;
    for (let x = 0; x < width * scale; x++) {
      const from = 4 * (y * width + Math.floor(x / scale));
      for (let c = 0; c < 4; c++) result[start + 4 * x + c] = pixels[from + c];
    }
    for (let copy = 1; copy < scale; copy++) result.copyWithin(start + copy * row, start, start + row);
  }
  return new Image(width * scale, height * scale, "RGBA", result);
}

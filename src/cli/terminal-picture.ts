/**
 * @module
 * Pictures made of letters: a digit and its heat map side by side in a terminal.
 */

import { normalizeAttributions } from "../vision/normalize-attributions.ts";
import type { HeatMapSign } from "../vision/normalize-attributions.ts";
import type { ColormapName } from "../vision/colormap.ts";
import { toGray } from "../vision/gray.ts";
import { heatColors } from "../vision/heat-map.ts";
import type { Image } from "../vision/image.ts";
import type { Tensor } from "../tensor/tensor.ts";

/** What a terminal can show: 16 million colours, xterm's 256, or letters alone. */
export type TerminalColors = "24bit" | "256" | "none";

/** How {@link terminalPicture} draws. Every option may be left out. */
export interface TerminalPictureOptions {
  /** `none` unless said. */
  readonly colors?: TerminalColors;
  /** Columns there are; pictures are thinned out until they fit. 80 unless said. */
  readonly columns?: number;
  /** Which attributions are shown; `all` unless said. */
  readonly sign?: HeatMapSign;
  /** Colours of the heat map; `BuWhOr` unless said. */
  readonly colormap?: ColormapName;
}

/** Pixels of a picture, three bytes each, and beside them the letters for terminals without colours. */
interface Drawing {
  readonly width: number;
  readonly height: number;
  readonly colors: Uint8Array;
  readonly letter: (pixel: number) => string;
}

/** Between the two pictures. */
const GAP = "  ";
const RESET = "\x1b[0m";

/** From black to white. */
const GRAY_LETTERS = " .:-=+*#%@";
/** From nothing to the most, for the class and against it. */
const FOR_LETTERS = " .+#";
const AGAINST_LETTERS = " ,-=";

/**
 * A picture in gray, and beside it the heat map of its attributions [C, H, W] when there are any, as lines of text without
 * a newline at the end. With colours each character is two pixels, one above the other (U+2580, upper half block). Without,
 * it is two rows in one letter: of `.+#` for what speaks for the class and of `,-=` for what speaks against it.
 * @throws ShapeError when the attributions are not [C, H, W]
 *
 * @example
 * terminal.stdout.write(`${terminalPicture(image, attributions, { colors: "24bit" })}\n`);
 */
export function terminalPicture(
  image: Image,
  attributions: Tensor | null = null,
  options: TerminalPictureOptions = {},
): string {
  const { colors = "none", columns = 80 } = options;
  const drawings = [drawGray(image), ...(attributions === null ? [] : [drawHeat(attributions, options)])];
  const total = drawings.reduce((sum, { width }) => sum + width, 0);
  const step = Math.max(1, Math.ceil(total / Math.max(1, columns - GAP.length)));
  const rows = Math.max(...drawings.map(({ height }) => Math.ceil(height / step / 2)));
  return Array.from({ length: rows }, (_, row) =>
    drawings
      .map((drawing) => line(drawing, row, step, colors))
      .join(GAP)
      .trimEnd(),
  ).join("\n");
}

/**
 * What the terminal shows, from its environment: COLORTERM and TERM, where colours are wanted at all.
 * @param wanted - whether colours are wanted; `wantsColor` decides that
 */
export function terminalColors(
  env: Readonly<Record<string, string | undefined>>,
  wanted: boolean,
): TerminalColors {
  if (!wanted) return "none";
  const direct = /^(truecolor|24bit)$/i.test(env["COLORTERM"] ?? "") || /-direct$/.test(env["TERM"] ?? "");
  return direct ? "24bit" : "256";
}

function drawGray(image: Image): Drawing {
  const gray = toGray(image).data;
  const letters = GRAY_LETTERS.length;
  return {
    width: image.width,
    height: image.height,
    colors: Uint8Array.from({ length: gray.length * 3 }, (_, i) => gray[Math.floor(i / 3)]),
    letter: (pixel) => GRAY_LETTERS[Math.floor((gray[pixel] * letters) / 256)],
  };
}

function drawHeat(
  attributions: Tensor,
  { sign = "all", colormap = "BuWhOr" }: TerminalPictureOptions,
): Drawing {
  const values = normalizeAttributions(attributions, { sign });
  const [height, width] = values.shape;
  // Negative attributions alone arrive as positive numbers.
  const against = sign === "negative" ? -1 : 1;
  return {
    width,
    height,
    colors: heatColors(values, colormap, sign),
    letter: (pixel) => {
      const value = values.data[pixel] * against;
      const ramp = value < 0 ? AGAINST_LETTERS : FOR_LETTERS;
      return ramp[Math.min(ramp.length - 1, Math.round(Math.abs(value) * (ramp.length - 1)))] ?? " ";
    },
  };
}

/** Two rows of pixels as one line of text; a picture with fewer rows than the other is followed by blanks. */
function line(drawing: Drawing, row: number, step: number, colors: TerminalColors): string {
  const { width, height } = drawing;
  let text = "";
  let painted = "";
  for (let x = 0; x < width; x += step) {
    const upper = row * 2 * step;
    const pixels = [upper, upper + step].map((y) => (y < height ? y * width + x : -1));
    const paint = pixels[0] < 0 ? "" : paintOf(drawing, pixels, colors);
    // The same colours as those of the character before need not be said again.
    if (paint !== painted) text += paint;
    painted = paint;
    if (pixels[0] < 0) text += " ";
    else text += colors === "none" ? darkest(drawing, pixels) : "▀";
  }
  return painted === "" ? text : text + RESET;
}

/** Of the two letters that share a place, the one that says more. */
function darkest({ letter }: Drawing, pixels: readonly number[]): string {
  const letters = pixels.filter((pixel) => pixel >= 0).map(letter);
  const ramps = [GRAY_LETTERS, FOR_LETTERS, AGAINST_LETTERS];
  const weight = (text: string): number => Math.max(...ramps.map((ramp) => ramp.indexOf(text) / ramp.length));
  return letters.reduce((best, text) => (weight(text) > weight(best) ? text : best));
}

/** The escape sequence for the colours of the upper and the lower pixel. */
function paintOf({ colors }: Drawing, pixels: readonly number[], kind: TerminalColors): string {
  if (kind === "none") return "";
  const codes = pixels.map((pixel, i) => {
    if (pixel < 0) return "49";
    const [red, green, blue] = colors.subarray(pixel * 3, pixel * 3 + 3);
    const layer = i === 0 ? 38 : 48;
    return kind === "24bit"
      ? `${layer};2;${red};${green};${blue}`
      : `${layer};5;${xtermIndex(red, green, blue)}`;
  });
  return `\x1b[${codes.join(";")}m`;
}

/** The levels of xterm's cube of 6 x 6 x 6 colours. */
const CUBE = [0, 95, 135, 175, 215, 255];

/** The nearest of xterm's 256 colours; of the first 16, which people change, none is used. */
function xtermIndex(red: number, green: number, blue: number): number {
  const [r, g, b] = [red, green, blue].map(nearestLevel);
  const cube = distance([red, green, blue], [CUBE[r], CUBE[g], CUBE[b]]);
  // 24 grays from 8 to 238.
  const step = Math.max(0, Math.min(23, Math.round(((red + green + blue) / 3 - 8) / 10)));
  const level = 8 + 10 * step;
  return distance([red, green, blue], [level, level, level]) < cube ? 232 + step : 16 + 36 * r + 6 * g + b;
}

function nearestLevel(value: number): number {
  let best = 0;
  for (let i = 1; i < CUBE.length; i++)
    if (Math.abs(CUBE[i] - value) < Math.abs(CUBE[best] - value)) best = i;
  return best;
}

function distance(a: readonly number[], b: readonly number[]): number {
  return a.reduce((sum, value, i) => sum + (value - b[i]) ** 2, 0);
}

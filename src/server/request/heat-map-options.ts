/**
 * @module
 * How a heat map is to look, for clients that ask for `image/png`.
 */

import { colormapNames } from "../../vision/colormap.ts";
import type { ColormapName } from "../../vision/colormap.ts";
import { heatMapSigns } from "../../vision/normalize-attributions.ts";
import type { HeatMapSign } from "../../vision/normalize-attributions.ts";
import { choiceField, expected, integerField } from "./fields.ts";
import type { Fields } from "./fields.ts";

/** The wishes; what is undefined is chosen to suit the rest. */
export interface HeatMapWishes {
  /** Whether the picture that was sent lies under the map; false. */
  readonly overlay: boolean;
  /** Which attributions count; `all`, for the class in green and against it in red. (Captum's default is `absolute_value`.) */
  readonly sign: HeatMapSign;
  /** Width of an input pixel in the answer. */
  readonly scale: number | undefined;
  /** Captum's choice for the sign unless said. */
  readonly colormap: ColormapName | undefined;
}

/** An input pixel becomes a square of at most this width. */
const MAX_SCALE = 32;

/**
 * Reads `overlay`, `sign`, `scale` and `colormap`.
 * @throws RequestError naming the field, what it may be and what it was
 */
export function readHeatMapWishes(fields: Fields): HeatMapWishes {
  const scale = integerField(fields, "scale");
  if (scale !== undefined && (scale < 1 || scale > MAX_SCALE)) {
    throw expected("scale", `an integer from 1 to ${MAX_SCALE}`, scale);
  }
  return {
    overlay: readOverlay(fields),
    sign: choiceField(fields, "sign", heatMapSigns) ?? "all",
    scale,
    colormap: choiceField(fields, "colormap", colormapNames),
  };
}

/** `overlay`, `overlay=1` and `overlay=true` are yes. */
function readOverlay(fields: Fields): boolean {
  const value = fields.get("overlay");
  if (value === undefined || value === false || value === "0" || value === "false") return false;
  if (value === "" || value === true || value === "1" || value === "true") return true;
  throw expected("overlay", "true or false", value);
}

/**
 * @module
 * How a heat map is to look, for clients that ask for `image/png`.
 */

import type { Fields } from "./fields.ts";

/** Placeholder until vision has heat maps. */
export type HeatMapOptions = Readonly<Record<string, never>>;

/** Reads `overlay`, `sign`, `scale` and `colormap`. */
export function readHeatMapOptions(_fields: Fields): HeatMapOptions {
  return {};
}

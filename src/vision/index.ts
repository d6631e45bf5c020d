/**
 * @module
 * Pictures: from samples to tensors with torchvision's transforms, and back from attributions to pictures.
 */

export { heatMapSigns, normalizeAttributions } from "./normalize-attributions.ts";
export type { NormalizeAttributionsOptions, HeatMapSign } from "./normalize-attributions.ts";
export { colormapColors, colormapNames } from "./colormap.ts";
export type { Colormap, ColormapName } from "./colormap.ts";
export { toGray } from "./gray.ts";
export { defaultColormaps, heatColors, heatMap } from "./heat-map.ts";
export type { HeatMapOptions } from "./heat-map.ts";
export { channelsOf, Image } from "./image.ts";
export type { ImageMode, Samples } from "./image.ts";
export { ImageError } from "./image-error.ts";
export * from "./transforms/index.ts";

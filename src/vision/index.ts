/**
 * @module
 * Pictures: from samples to tensors with torchvision's transforms, and back from attributions to pictures.
 */

export { colormapNames, colormapTable } from "./colormaps.ts";
export type { ColormapName } from "./colormaps.ts";
export { defaultColormaps, heatMap, heatMapSigns, normalizeAttributions } from "./heat-map.ts";
export type { HeatMapOptions, HeatMapSign, NormalizeAttributionsOptions } from "./heat-map.ts";
export { channelsOf, Image } from "./image.ts";
export type { ImageMode, Samples } from "./image.ts";
export { ImageError } from "./image-error.ts";
export * from "./transforms/index.ts";

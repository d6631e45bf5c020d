/**
 * @module
 * Pictures: from samples to tensors with torchvision's transforms, and back from attributions to pictures.
 */

export { attributionSigns, scaleAttributions } from "./attribution-scale.ts";
export type { AttributionScaleOptions, AttributionSign } from "./attribution-scale.ts";
export { colorMap, colorMapNames } from "./color-map.ts";
export type { ColorMap, ColorMapName } from "./color-map.ts";
export { toGray } from "./gray.ts";
export { colorMapOfSign, heatColors, renderHeatMap } from "./heat-map.ts";
export type { HeatMapOptions } from "./heat-map.ts";
export { channelsOf, Image } from "./image.ts";
export type { ImageMode, Samples } from "./image.ts";
export { ImageError } from "./image-error.ts";
export * from "./transforms/index.ts";

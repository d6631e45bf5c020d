/**
 * @module
 * torchvision's transforms, under its names. Options are torchvision's arguments in camelCase.
 */

export { CenterCrop } from "./center-crop.ts";
export { Compose } from "./compose.ts";
export { ConvertImageDtype } from "./convert-image-dtype.ts";
export { Grayscale } from "./grayscale.ts";
export type { GrayscaleOptions } from "./grayscale.ts";
export { Normalize } from "./normalize.ts";
export type { NormalizeOptions } from "./normalize.ts";
export { Pad } from "./pad.ts";
export type { Padding, PaddingMode, PadOptions } from "./pad.ts";
export { interpolationModes, Resize } from "./resize.ts";
export type { InterpolationMode, ResizeOptions } from "./resize.ts";
export type { Size } from "./size.ts";
export { PILToTensor, ToTensor } from "./to-tensor.ts";
export type { Picture, Transform } from "./transform.ts";

/**
 * @module
 * Pictures: from samples to tensors with torchvision's transforms, and back from attributions to pictures.
 */

export { channelsOfMode, Image } from "./image.ts";
export type { ImageMode } from "./image.ts";
export { ImageError } from "./image-error.ts";
export * from "./transforms/index.ts";

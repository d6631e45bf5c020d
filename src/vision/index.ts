/**
 * @module
 * Pictures: from samples to tensors with torchvision's transforms, and back from attributions to pictures.
 */

export { channelsOf, Image } from "./image.ts";
export type { ImageMode, Samples } from "./image.ts";
export { ImageError } from "./image-error.ts";
export * from "./transforms/index.ts";

/**
 * @module
 * Torchvision's transforms for inference.
 */

export { Compose } from "./transform.ts";
export type { Transform } from "./transform.ts";
export { PILToTensor, ToTensor } from "./to-tensor.ts";
export { Normalize } from "./normalize.ts";
export type { NormalizeOptions } from "./normalize.ts";

/**
 * @module
 * torchvision's transforms, under its names. Options are torchvision's arguments in camelCase.
 */

export { Compose } from "./compose.ts";
export { Normalize } from "./normalize.ts";
export type { NormalizeOptions } from "./normalize.ts";
export { PILToTensor, ToTensor } from "./to-tensor.ts";
export type { Picture, Transform } from "./transform.ts";

/**
 * @module
 * The entry `candil/node`: what needs Node. Picture files, ndarray, the model inside the package, and Node 20's
 * fastest kernels.
 */

export { embeddedMnist } from "./embedded-mnist.ts";
export { decodeImage, encodePng } from "./image.ts";
export type { DecodeOptions } from "./image.ts";
export { fromNdarray, toNdarray } from "./ndarray.ts";
export { enableRelaxedSimd } from "./relaxed-simd.ts";

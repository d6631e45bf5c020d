/**
 * @module
 * The entry `candil/node`: what needs Node. Picture files, ndarray, and the model inside the package.
 */

export { embeddedMnist } from "./embedded-mnist.ts";
export { decodeImage, encodePng } from "./image.ts";
export type { DecodeOptions } from "./image.ts";
export { fromNdarray, toNdarray } from "./ndarray.ts";

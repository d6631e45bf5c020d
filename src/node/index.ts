/**
 * @module
 * The entry `candil/node`: what needs Node. Picture files, ndarray, the model inside the package, and Node 20's
 * fastest kernels.
 */

export { readArchive } from "../archive/index.ts";
export type { ArchiveFiles, Manifest, ModelArchive, ModelConfig } from "../archive/index.ts";
export { ArchiverError } from "./collect-artifacts.ts";
export { embeddedMnist } from "./embedded-mnist.ts";
export { findArchive } from "./find-archive.ts";
export { decodeImage, encodePng } from "./image.ts";
export type { DecodeOptions } from "./image.ts";
export { fromNdarray, toNdarray } from "./ndarray.ts";
export { enableRelaxedSimd } from "./relaxed-simd.ts";
export { makeArchive } from "./make-archive.ts";
export type { MakeArchiveOptions } from "./make-archive.ts";
export { openArchive } from "./open-archive.ts";
export { getNumThreads, setNumThreads } from "./threads.ts";
export { writeArchive } from "./write-archive.ts";
export type { ArchiveFormat } from "./write-archive.ts";

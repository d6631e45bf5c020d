/**
 * @module
 * The door of this folder: bytes in, tensors out, and back. `.pt` and `.pth` of PyTorch, `.safetensors`, `.json` with its
 * `.bin`, and the zip archives that some of them are.
 */

export { crc32 } from "../bytes/crc32.ts";
export { describeCheckpoint } from "./describe-checkpoint.ts";
export type { CheckpointDescription, CheckpointEntry } from "./description.ts";
export { findStateDict } from "./find-state-dict.ts";
export type { FoundStateDict } from "./find-state-dict.ts";
export { readJson } from "./json/read-json.ts";
export { writeJson } from "./json/write-json.ts";
export type { JsonFiles } from "./json/write-json.ts";
export { loadCheckpoint } from "./load-checkpoint.ts";
export type { Checkpoint } from "./load-checkpoint.ts";
export { readPt } from "./pt/read-pt.ts";
export type { PtContent, PtFormat } from "./pt/read-pt.ts";
export { writePt } from "./pt/write-pt.ts";
export type { WritableValue, WritePtOptions } from "./pt/write-pt.ts";
export { readSafetensors } from "./safetensors/read-safetensors.ts";
export type { SafetensorsContent } from "./safetensors/read-safetensors.ts";
export { writeSafetensors } from "./safetensors/write-safetensors.ts";
export { sniffFormat } from "./sniff.ts";
export type { CheckpointFormat } from "./sniff.ts";
export type { CheckpointKey, CheckpointValue, StateDict } from "./value.ts";
export { openZip, writeZip } from "../zip/index.ts";
export type { WriteZipOptions, ZipArchive, ZipContent, ZipEntry, ZipLimits } from "../zip/index.ts";

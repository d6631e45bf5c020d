/**
 * @module
 * The door of this folder: zip archives, read strictly and written plainly.
 */

export type { ZipEntry } from "./central-directory.ts";
export { readCentralDirectory } from "./central-directory.ts";
export { inflate } from "./inflate.ts";
export { allowance, MAX_ZIP_ENTRIES } from "./limits.ts";
export { openZip } from "./read-zip.ts";
export type { Inflate, OpenZipOptions, ZipArchive, ZipLimits } from "./read-zip.ts";
export { writeZip } from "./write-zip.ts";
export type { WriteZipOptions, ZipContent } from "./write-zip.ts";

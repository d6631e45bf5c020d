/**
 * @module
 * The door of this folder: TorchServe's model archives, read in memory. Packing and unpacking files on disk is Node's part.
 */

export { checkFileName, MAX_ARCHIVE_FILES, memoryFiles, zipFiles } from "./archive-files.ts";
export type { ArchiveFiles } from "./archive-files.ts";
export { LABELS_NAME } from "./labels.ts";
export { MANIFEST_NAME, manifestText, runtimes } from "./manifest.ts";
export type { Manifest, ManifestModel, Runtime } from "./manifest.ts";
export type { ModelConfig, ModelConfigFile } from "./model-config.ts";
export { readArchive } from "./read-archive.ts";
export type { ModelArchive, ReadArchiveOptions } from "./read-archive.ts";
export type { YamlValue } from "./yaml.ts";

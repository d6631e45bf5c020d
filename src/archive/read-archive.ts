/**
 * @module
 * A model archive, opened: manifest, configuration and names of classes are read; weights and source wait until asked for.
 */

import { FormatError } from "../errors.ts";
import type { ArchiveFiles } from "./archive-files.ts";
import { LABELS_NAME, parseLabels } from "./labels.ts";
import { assumedManifest, MANIFEST_NAME, parseManifest } from "./manifest.ts";
import type { Manifest } from "./manifest.ts";
import { readModelConfig } from "./model-config.ts";
import type { ModelConfigFile } from "./model-config.ts";

/** What an archive does not say itself. */
export interface ReadArchiveOptions {
  /** The name of its file, from which an archive without a manifest has its name; `model.mar` unless said. */
  readonly fileName?: string;
  /** The handler of an archive that names none: TorchServe's `default_service_handler`. */
  readonly defaultHandler?: string | null;
}

/** An opened model archive. */
export interface ModelArchive {
  readonly manifest: Manifest;
  /** Empty without a `configFile`. */
  readonly config: ModelConfigFile;
  /** Names of classes by index as text; null without an index_to_name.json. */
  readonly labels: ReadonlyMap<string, string> | null;
  readonly files: ArchiveFiles;
  /** What a person should know: old forms, ignored keys, files without effect. */
  readonly notes: readonly string[];
}

/**
 * Opens a model archive.
 * @throws FormatError when the manifest is broken or names files that the archive does not hold
 *
 * @example
 * const { manifest } = readArchive(zipFiles(await readFile("mnist.mar")));
 * manifest.model.modelName; // "mnist"
 */
export function readArchive(
  files: ArchiveFiles,
  { fileName = "model.mar", defaultHandler = null }: ReadArchiveOptions = {},
): ModelArchive {
  const { manifest, notes } = manifestOf(files, fileName, defaultHandler);
  const { model } = manifest;
  for (const key of ["serializedFile", "modelFile"] as const) {
    const name = model[key];
    if (name !== null && files.size(name) === undefined) throw absent(key, name, files);
  }
  const config = configOf(files, model.configFile);
  const labels = files.size(LABELS_NAME) === undefined ? null : parseLabels(files.read(LABELS_NAME));
  return { manifest, config, labels, files, notes: [...notes, ...config.notes] };
}

function manifestOf(
  files: ArchiveFiles,
  fileName: string,
  defaultHandler: string | null,
): ReturnType<typeof parseManifest> {
  if (files.size(MANIFEST_NAME) === undefined) {
    return {
      manifest: assumedManifest(fileName, defaultHandler),
      notes: [`has no ${MANIFEST_NAME}; its name, version and handler are assumed`],
    };
  }
  const { manifest, notes } = parseManifest(files.read(MANIFEST_NAME));
  const handler = manifest.model.handler ?? defaultHandler;
  return { manifest: { ...manifest, model: { ...manifest.model, handler } }, notes };
}

function configOf(files: ArchiveFiles, name: string | null): ModelConfigFile {
  if (name === null) return { config: {}, all: new Map(), notes: [] };
  if (files.size(name) === undefined) {
    const notes = [
      `the manifest names ${name}, which is not in the archive; defaults are taken in its place`,
    ];
    return { config: {}, all: new Map(), notes };
  }
  return readModelConfig(name, files.read(name));
}

function absent(key: string, name: string, files: ArchiveFiles): FormatError {
  const held = files.names.slice(0, 8).map((known) => JSON.stringify(known));
  return new FormatError(
    `${MANIFEST_NAME}: names the ${key} ${JSON.stringify(name)}, which is not in the archive; it holds ${held.join(", ")}`,
  );
}

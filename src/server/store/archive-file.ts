/**
 * @module
 * A model archive of the store: a `.mar`, a `.tar.gz`, or a folder, unpacked or never packed.
 */

import { stat } from "node:fs/promises";
import { basename } from "node:path";
import { MANIFEST_NAME, manifestText, memoryFiles, readArchive } from "../../archive/index.ts";
import type { ArchiveFiles, ModelConfig } from "../../archive/index.ts";
import { isArchive } from "../../node/find-archive.ts";
import { archiveFiles, folderContents } from "../../node/open-archive.ts";
import { sharedCopy } from "../pool/shared-copy.ts";
import type { ServingSettings } from "../served-model.ts";
import type { ModelFile } from "./model-file.ts";
import { assembledManifest } from "./plain-folder.ts";
import { readShared } from "./shared-file.ts";

/**
 * Reads an archive's manifest and configuration; the rest is for the worker that loads it.
 * @param surely whether it has to be an archive; if not, null is returned for what is none
 * @throws FormatError when it is a broken one
 */
export async function readArchiveFile(
  path: string,
  defaultHandler: string | null,
  surely: boolean,
): Promise<ModelFile | null> {
  if (!surely && !(await isArchive(path))) return null;
  const fileName = basename(path);
  const { content, files } = await contentOf(path);
  const { manifest, config, notes } = readArchive(files, { fileName, defaultHandler });
  return {
    name: manifest.model.modelName,
    version: manifest.model.modelVersion,
    settings: settingsOf(config.config),
    runtime: manifest.runtime,
    notes,
    source: { kind: "archive", content, fileName, defaultHandler },
  };
}

interface Content {
  readonly content: Uint8Array | ReadonlyMap<string, Uint8Array>;
  readonly files: ArchiveFiles;
}

async function contentOf(path: string): Promise<Content> {
  if ((await stat(path)).isDirectory()) {
    const inFolder = await folderContents(path);
    const content = new Map([...inFolder].map(([name, bytes]) => [name, sharedCopy(bytes)]));
    const manifest = content.has(MANIFEST_NAME) ? null : assembledManifest(path, [...content.keys()]);
    if (manifest !== null) {
      content.set(MANIFEST_NAME, sharedCopy(new TextEncoder().encode(manifestText(manifest))));
    }
    return { content, files: memoryFiles(content) };
  }
  const content = await readShared(path);
  return { content, files: await archiveFiles(content) };
}

/** The keys of model-config.yaml that are settings of a served model. */
const settingNames = [
  "batchSize",
  "maxBatchDelay",
  "responseTimeout",
  "startupTimeout",
  "maxRetryTimeoutInSec",
  "clientTimeoutInMills",
  "jobQueueSize",
] as const;

function settingsOf(config: ModelConfig): Partial<ServingSettings> {
  const settings: { -readonly [Name in keyof ServingSettings]?: ServingSettings[Name] } = {};
  for (const name of settingNames) {
    const value = config[name];
    if (value !== undefined) settings[name] = value;
  }
  const { minWorkers, maxWorkers } = config;
  // Both, or neither: as TorchServe has it.
  if (minWorkers !== undefined && maxWorkers !== undefined && maxWorkers >= minWorkers) {
    return { ...settings, minWorkers, maxWorkers };
  }
  return settings;
}

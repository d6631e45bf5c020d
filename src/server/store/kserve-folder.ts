/**
 * @module
 * Where KServe puts models, and what lies there: `/mnt/models`, filled by the storage initializer.
 */

import { readdir, stat } from "node:fs/promises";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { CandilError, FormatError } from "../../errors.ts";
import { modelFileEndings } from "./file-names.ts";

/** The folder into which KServe's storage initializer downloads. */
export const MOUNTED = "/mnt/models";

/** What a folder of models holds. */
export interface KServeFolder {
  /** TorchServe's config.properties, or null. */
  readonly config: string | null;
  /**
   * The folder that files are named in: wherever the folder was mounted, over what a configuration made for another place
   * says. Null when the configuration alone knows.
   */
  readonly store: string | null;
  /** The only model's file in the store; null when there are several, or when a configuration names them. */
  readonly only: string | null;
}

/**
 * The folder to look in: the one that was named; a local one that STORAGE_URI names (`file://`, `pvc://` and paths: for all
 * others it says what was downloaded); else {@link MOUNTED}.
 */
export function modelFolder(named: string | undefined, storageUri: string | undefined): string {
  if (named !== undefined) return named.startsWith("file://") ? fileURLToPath(named) : named;
  if (storageUri?.startsWith("file://") === true) return fileURLToPath(storageUri);
  return storageUri?.startsWith("/") === true ? storageUri : MOUNTED;
}

/**
 * Looks into a folder:
 *
 * | what is there | what is served |
 * | --- | --- |
 * | `config/config.properties` and `model-store/` | what TorchServe would serve of them |
 * | `model-store/` alone | every model in it |
 * | archives or weights | each of them |
 *
 * @param storageUri for the message, when the folder is not there
 * @throws CandilError when it is not there; FormatError when there is no model in it
 */
export async function lookInto(folder: string, storageUri?: string): Promise<KServeFolder> {
  const names = await namesIn(folder, storageUri);
  const config = join(folder, "config", "config.properties");
  const store = join(folder, "model-store");
  if (await isThere(config)) {
    return { config, store: names.includes("model-store") ? store : null, only: null };
  }
  if (names.includes("model-store"))
    return { config: null, store, only: onlyOf(await namesIn(store), store) };
  return { config: null, store: folder, only: onlyOf(names, folder) };
}

/** The one model among these names, or null when there are several. @throws FormatError when there is none */
function onlyOf(names: readonly string[], folder: string): string | null {
  const models = names.filter((name) => modelFileEndings.some((ending) => name.endsWith(ending)));
  if (models.length === 0) {
    const found = names.length === 0 ? "it is empty" : `it holds ${names.slice(0, 8).join(", ")}`;
    throw new FormatError(
      `${folder}: expected a model archive or weights (${modelFileEndings.join(", ")}), or TorchServe's ` +
        `config/config.properties and model-store/; ${found}`,
    );
  }
  return models.length === 1 ? models[0] : null;
}

async function namesIn(folder: string, storageUri?: string): Promise<string[]> {
  try {
    const names = await readdir(folder);
    return names.filter((name) => !name.startsWith(".")).sort();
  } catch (cause) {
    const about =
      storageUri === undefined
        ? "mount one, or name another with --model_dir"
        : `STORAGE_URI is ${storageUri}, which KServe's storage initializer downloads; candil itself downloads nothing`;
    throw new CandilError(`${folder}: there is no folder of models (${about})`, { cause });
  }
}

async function isThere(path: string): Promise<boolean> {
  try {
    return (await stat(path)).isFile();
  } catch {
    return false;
  }
}

/**
 * @module
 * Where KServe puts models, and what lies there: `/mnt/models`, filled by the storage initializer.
 */

import { readdir, stat } from "node:fs/promises";
import { basename, dirname, join, resolve } from "node:path";
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
  /** Files and folders of the store that hold models; null when a configuration names them. */
  readonly models: readonly string[] | null;
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
 * | `config/config.properties`, and perhaps `model-store/` | what TorchServe would serve |
 * | `model-store/` alone | every model in it |
 * | weights and Python source, or an unpacked archive | one model |
 * | the folder is a file | that model |
 * | archives, weights alone, or folders as in the line above | each of them |
 *
 * @param storageUri for the message, when the folder is not there
 * @throws CandilError when it is not there; FormatError when there is no model in it
 */
export async function lookInto(folder: string, storageUri?: string): Promise<KServeFolder> {
  if (await isFile(folder)) return { config: null, ...partsOf(folder) };
  const names = await namesIn(folder, storageUri);
  const config = join(folder, "config", "config.properties");
  const store = join(folder, "model-store");
  const hasStore = names.includes("model-store");
  if (await isFile(config)) return { config, store: hasStore ? store : null, models: null };
  if (hasStore) return { config: null, store, models: await modelsIn(store, await namesIn(store)) };
  if (isOneModel(names)) return { config: null, ...partsOf(folder) };
  return { config: null, store: folder, models: await modelsIn(folder, names) };
}

/** A file or folder that is a model, in the folder that it lies in. */
function partsOf(path: string): { readonly store: string; readonly models: readonly string[] } {
  const whole = resolve(path);
  return { store: dirname(whole), models: [basename(whole)] };
}

/** Whether names in a folder are those of an unpacked archive, or of weights with the source of their module. */
function isOneModel(names: readonly string[]): boolean {
  return names.includes("MAR-INF") || (names.some(isModel) && names.some((name) => name.endsWith(".py")));
}

const isModel = (name: string): boolean => modelFileEndings.some((ending) => name.endsWith(ending));

/** The models among these names. @throws FormatError when there is none */
async function modelsIn(folder: string, names: readonly string[]): Promise<string[]> {
  const models = await modelsAmong(folder, names);
  if (models.length > 0) return models;
  const found = names.length === 0 ? "it is empty" : `it holds ${names.slice(0, 8).join(", ")}`;
  throw new NoModels(
    `${folder}: expected a model archive or weights (${modelFileEndings.join(", ")}), or TorchServe's ` +
      `config/config.properties and model-store/; ${found}`,
  );
}

/** There is a folder, and no model in it. */
export class NoModels extends FormatError {
  override name = "NoModels";
}

/** Files and folders below a folder that hold a model each. */
export async function modelsBelow(folder: string): Promise<string[]> {
  return modelsAmong(folder, await namesIn(folder));
}

async function modelsAmong(folder: string, names: readonly string[]): Promise<string[]> {
  const models: string[] = [];
  for (const name of names) {
    const path = join(folder, name);
    const inside = await readdir(path).catch(() => null);
    if (inside === null ? isModel(name) : inside.some((file) => file === "MAR-INF" || isModel(file)))
      models.push(name);
  }
  return models;
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

async function isFile(path: string): Promise<boolean> {
  try {
    return (await stat(path)).isFile();
  } catch {
    return false;
  }
}

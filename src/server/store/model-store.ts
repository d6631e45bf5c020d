/**
 * @module
 * A folder of models. Files are named by plain names, and nothing outside of the folder can be reached through it.
 */

import { readdir, realpath, stat } from "node:fs/promises";
import { join, sep } from "node:path";
import { MANIFEST_NAME } from "../../archive/manifest.ts";
import { RequestError } from "../errors.ts";
import { modelFileEndings } from "./file-names.ts";
import { readModelFile } from "./model-file.ts";
import type { ModelFile, ReadModelFileOptions } from "./model-file.ts";

/** The folder that `--model-store` names. */
export class ModelStore {
  readonly folder: string;

  constructor(folder: string) {
    this.folder = folder;
  }

  /** Names of the files and folders that hold models, sorted: what `--models all` loads. */
  async list(): Promise<string[]> {
    const names = (await readdir(this.folder)).filter((name) => !name.startsWith(".")).sort();
    const areModels = await Promise.all(
      names.map(async (name) => {
        if (modelFileEndings.some((ending) => name.endsWith(ending))) return true;
        return hasManifest(join(this.folder, name));
      }),
    );
    return names.filter((_, i) => areModels[i]);
  }

  /**
   * Reads the model in the file or folder of this name.
   * @throws RequestError ("modelNotFound") in TorchServe's words when the name is not a plain one, there is no such file, or
   *   it is a link that leads out of the store to something else than a model's file
   * @throws FormatError when it is a broken archive
   */
  async read(name: string, options: ReadModelFileOptions = {}): Promise<ModelFile> {
    return readModelFile(await this.pathOf(name), options);
  }

  /** Whether there is a file or folder of this name. */
  async has(name: string): Promise<boolean> {
    try {
      await this.pathOf(name);
      return true;
    } catch (error) {
      if (error instanceof RequestError) return false;
      throw error;
    }
  }

  /**
   * The real path of a file in the store. A link may lead out of it to a file whose own name is a model's.
   * @throws RequestError as {@link read}
   */
  async pathOf(name: string): Promise<string> {
    if (name === "") throw new RequestError("modelNotFound", "empty url");
    if (name.includes("..")) {
      throw new RequestError("modelNotFound", `Relative path is not allowed in url: ${name}`);
    }
    if (isUrl(name)) {
      throw new RequestError("modelNotFound", `Given URL ${name} does not match any allowed URL(s)`);
    }
    if (name === "." || /[/\\\0:]/.test(name)) throw notFound(name);
    try {
      const [path, folder] = await Promise.all([realpath(join(this.folder, name)), realpath(this.folder)]);
      if (path.startsWith(folder.endsWith(sep) ? folder : folder + sep)) return path;
      // Whoever fills the store may keep the files elsewhere; a link to anything but a model is no such wish.
      if (modelFileEndings.some((ending) => path.endsWith(ending)) && (await stat(path)).isFile())
        return path;
    } catch (error) {
      if (!(error instanceof Error && "code" in error)) throw error;
    }
    throw notFound(name);
  }
}

/** What TorchServe takes for a URL. */
export function isUrl(name: string): boolean {
  return /^(file|https?):\/\//i.test(name);
}

/** Whether a path is a folder that an archive was unpacked into; TorchServe tries all folders. */
async function hasManifest(path: string): Promise<boolean> {
  try {
    return (await stat(join(path, MANIFEST_NAME))).isFile();
  } catch {
    return false;
  }
}

function notFound(name: string): RequestError {
  return new RequestError("modelNotFound", `Model not found at: ${name}`);
}

/**
 * @module
 * A folder of models. Files are named by plain names, and nothing outside of the folder can be reached through it.
 */

import { readdir, realpath } from "node:fs/promises";
import { join, sep } from "node:path";
import { RequestError } from "../errors.ts";
import { modelFileEndings, readModelFile } from "./model-file.ts";
import type { ModelFile } from "./model-file.ts";

/** The folder that `--model-store` names. */
export class ModelStore {
  readonly folder: string;

  constructor(folder: string) {
    this.folder = folder;
  }

  /** Names of the files that hold models, sorted: what `--models all` loads. */
  async list(): Promise<string[]> {
    const names = await readdir(this.folder);
    return names.filter((name) => modelFileEndings.some((ending) => name.endsWith(ending))).sort();
  }

  /**
   * Reads the model in the file of this name.
   * @throws RequestError ("modelNotFound") in TorchServe's words when the name is not a plain one, there is no such file, or
   *   it is a link that leads out of the store
   */
  async read(name: string): Promise<ModelFile> {
    return readModelFile(await this.pathOf(name));
  }

  /** The real path of a file in the store. @throws RequestError as {@link read} */
  async pathOf(name: string): Promise<string> {
    if (name === "") throw new RequestError("modelNotFound", "empty url");
    if (name.split(/[/\\]/).includes("..")) {
      throw new RequestError("modelNotFound", `Relative path is not allowed in url: ${name}`);
    }
    if (name === "." || /[/\\\0:]/.test(name)) throw notFound(name);
    try {
      const [path, folder] = await Promise.all([realpath(join(this.folder, name)), realpath(this.folder)]);
      if (path.startsWith(folder.endsWith(sep) ? folder : folder + sep)) return path;
    } catch (error) {
      if (!(error instanceof Error && "code" in error)) throw error;
    }
    throw notFound(name);
  }
}

function notFound(name: string): RequestError {
  return new RequestError("modelNotFound", `Model not found at: ${name}`);
}

/**
 * @module
 * A folder of a model's files that nobody has made an archive of: what each of them is, told by its name.
 */

import { basename } from "node:path";
import type { Manifest } from "../../archive/index.ts";
import { FormatError } from "../../errors.ts";
import { archiveEndings, modelFileEndings } from "./file-names.ts";

/** The one model file of a folder without Python source, which then stands for the folder; null when it is none. */
export function soleModel(names: readonly string[]): string | null {
  if (names.includes("MAR-INF") || names.some((name) => name.endsWith(".py"))) return null;
  const models = names.filter((name) => modelFileEndings.some((ending) => name.endsWith(ending)));
  return models.length === 1 ? models[0] : null;
}

/**
 * The manifest that a folder with weights and the Python source of their module would have as an archive:
 *
 * | file | is |
 * | --- | --- |
 * | the one `.pt`, `.pth` or `.safetensors` | the serialized file |
 * | a `.py` with `handler` in its name | the handler; without one it is `default_service_handler` |
 * | the other `.py`, or `model.py` of several | the model file |
 * | `model-config.yaml` | the configuration |
 *
 * @param names of the files, with the folders below
 * @returns null when there is no Python source, or no weights
 * @throws FormatError when it cannot be told which file is which
 */
export function assembledManifest(folder: string, names: readonly string[]): Manifest | null {
  const here = names.filter((name) => !name.includes("/"));
  const sources = here.filter((name) => name.endsWith(".py"));
  const weights = here.filter(isWeights);
  if (sources.length === 0 || weights.length === 0) return null;
  const handlers = sources.filter((name) => name.toLowerCase().includes("handler"));
  const modules = sources.filter((name) => !handlers.includes(name) && name !== "__init__.py");
  return {
    createdOn: null,
    runtime: "python",
    model: {
      modelName: basename(folder).replace(/[^A-Za-z0-9_\-.]/g, "_"),
      modelVersion: "1.0",
      handler: handlers.length === 0 ? null : one(folder, handlers, "handlers (*handler*.py)"),
      serializedFile: one(folder, weights, "files of weights"),
      modelFile: modules.includes("model.py") ? "model.py" : one(folder, modules, "model files (*.py)"),
      requirementsFile: null,
      configFile: here.includes("model-config.yaml") ? "model-config.yaml" : null,
    },
    archiverVersion: null,
  };
}

function isWeights(name: string): boolean {
  const endings = modelFileEndings.filter((ending) => !archiveEndings.includes(ending));
  return endings.some((ending) => name.endsWith(ending));
}

function one(folder: string, names: readonly string[], what: string): string {
  if (names.length === 1) return names[0];
  throw new FormatError(
    `${basename(folder)}: expected one of ${what}, got ${names.join(", ") || "none"}; candil archive says which is which`,
  );
}

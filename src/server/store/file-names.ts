/**
 * @module
 * What the names of models' files say.
 */

import { basename } from "node:path";

/** Endings of the names of files that are taken for archives, whatever they hold. */
export const archiveEndings: readonly string[] = [".tar.gz", ".model", ".tgz", ".mar"];

/** Endings of the names of files that hold models, the longer ones first. */
export const modelFileEndings: readonly string[] = [".safetensors", ...archiveEndings, ".pth", ".pt"];

/** `models/mnist_cnn.pt` is served as `mnist_cnn`, as TorchServe names an archive without a manifest. */
export function nameOfFile(path: string): string {
  const file = basename(path);
  const ending =
    modelFileEndings.find((known) => file.endsWith(known)) ?? /(\.[^.]*)?$/.exec(file)?.[0] ?? "";
  return file.slice(0, file.length - ending.length).replace(/[^A-Za-z0-9_\-.]/g, "_");
}

/** Names of the models inside the package. */
export const embeddedNames: readonly string[] = ["mnist"];

/** Whether a name is that of a model inside the package. */
export function isEmbedded(source: string): boolean {
  return embeddedNames.includes(source);
}

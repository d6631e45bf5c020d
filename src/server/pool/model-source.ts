/**
 * @module
 * Where the threads of a model get it from.
 */

import { loadModel } from "../../model/load.ts";
import type { MnistNetName } from "../../model/mnist-net.ts";
import { Model } from "../../model/model.ts";
import { ArgumentError } from "../../errors.ts";

/**
 * A model as something that can be sent to a thread: a file of weights or a model archive, whose bytes all threads share, or
 * a module of JavaScript whose default export is a function `() => Model` (or a promise of one) for models that are written
 * in TypeScript.
 */
export type ModelSource =
  | {
      readonly kind: "file";
      /** In a SharedArrayBuffer, so that weights are in memory once; see {@link sharedCopy}. */
      readonly bytes: Uint8Array;
      readonly net?: MnistNetName;
      readonly bin?: Uint8Array;
    }
  | {
      readonly kind: "archive";
      /** Of a `.mar` or `.tar.gz`, which each thread unpacks; or the files of a folder by name. */
      readonly content: Uint8Array | ReadonlyMap<string, Uint8Array>;
      /** The name of the file or folder, from which an archive without a manifest has its name. */
      readonly fileName: string;
      /** The handler of an archive that names none. */
      readonly defaultHandler: string | null;
      /** In the place of the archive's own. */
      readonly handler?: string;
    }
  | { readonly kind: "module"; readonly url: string };

/** The name and version under which a model is served. */
export interface ModelName {
  readonly name: string;
  readonly version: string;
}

/**
 * Loads a model on this thread.
 * @param trial whether it is loaded only to know whether it can be
 * @throws FormatError, StateDictError, ArgumentError when there is none
 */
export async function openSource(
  source: ModelSource,
  { name, version }: ModelName,
  trial = false,
): Promise<Model> {
  if (source.kind === "file") {
    const { bytes, net, bin } = source;
    return loadModel(bytes, {
      name,
      version,
      ...(net === undefined ? {} : { net }),
      ...(bin === undefined ? {} : { bin }),
    });
  }
  if (source.kind === "archive") return openArchiveSource(source, { name, version }, trial);
  const module = (await import(source.url)) as { readonly default?: unknown };
  if (typeof module.default !== "function") {
    throw new ArgumentError(
      `${source.url}: expected a default export that is a function () => Model, got ${typeof module.default}`,
    );
  }
  const make = module.default as (name: ModelName) => unknown;
  const model = await make({ name, version });
  if (model instanceof Model) return model;
  throw new ArgumentError(`${source.url}: its default export returned no Model of candil`);
}

type ArchiveSource = Extract<ModelSource, { readonly kind: "archive" }>;

/** Its modules are loaded on demand: reading Python and YAML is more code than all the rest. */
async function openArchiveSource(source: ArchiveSource, name: ModelName, trial: boolean): Promise<Model> {
  const { content, fileName, defaultHandler, handler } = source;
  const { loadArchive } = await import("../../model/load-archive.ts");
  const { memoryFiles, readArchive } = await import("../../archive/index.ts");
  const { archiveFiles } = await import("../../node/open-archive.ts");
  const files = content instanceof Uint8Array ? await archiveFiles(content) : memoryFiles(content);
  const archive = readArchive(files, { fileName, defaultHandler });
  return loadArchive(archive, { ...name, trial, ...(handler === undefined ? {} : { handler }) });
}

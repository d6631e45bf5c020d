/**
 * @module
 * A file or folder that holds a model, as something to register: its name, its version, what it says about how it wants to
 * be served, and where workers get it from.
 */

import { open, readdir, readFile, realpath, stat } from "node:fs/promises";
import { basename, join, sep } from "node:path";
import { FormatError } from "../../errors.ts";
import type { MnistNetName } from "../../model/mnist-net.ts";
import type { ModelName, ModelSource } from "../pool/model-source.ts";
import type { ServingSettings } from "../served-model.ts";
import { archiveEndings, nameOfFile } from "./file-names.ts";
import { soleModel } from "./plain-folder.ts";
import { readShared } from "./shared-file.ts";

/** A model that can be registered. */
export interface ModelFile extends ModelName {
  readonly source: ModelSource;
  /** What the file itself says about how it wants to be served: an archive's model-config.yaml. */
  readonly settings: Partial<ServingSettings>;
  /** What an archive says it runs on; "python" for weights alone. */
  readonly runtime: string;
  /** What its owner should know: old forms, ignored keys, files without effect. */
  readonly notes: readonly string[];
}

/** What a file does not say itself. */
export interface ReadModelFileOptions {
  /** The net that weights alone belong to. */
  readonly net?: MnistNetName;
  /** The handler of an archive that names none; `default_service_handler`. */
  readonly defaultHandler?: string | null;
}

/**
 * Reads a model's file into memory that threads share. Of an archive, manifest and configuration are looked at; the rest is
 * for the worker that loads it.
 * @throws Node's error with `code` ENOENT and the like when it cannot be read
 * @throws FormatError when it is empty or larger than 4 GiB, or a broken archive
 */
export async function readModelFile(path: string, options: ReadModelFileOptions = {}): Promise<ModelFile> {
  const sole = (await stat(path)).isDirectory() ? soleModel(await readdir(path)) : null;
  if (sole !== null) {
    const file = await readModelFile(await insideOf(path, sole), options);
    return { ...file, name: nameOfFile(path) };
  }
  const named = archiveEndings.some((ending) => path.endsWith(ending));
  if (named || (await mayBeArchive(path))) {
    // Loaded on demand: it knows YAML.
    const { readArchiveFile } = await import("./archive-file.ts");
    const archive = await readArchiveFile(path, options.defaultHandler ?? null, named);
    if (archive !== null) return archive;
  }
  const bytes = await readShared(path);
  const bin = path.endsWith(".json") ? await readBin(path) : null;
  const { net } = options;
  return {
    name: nameOfFile(path),
    version: "1.0",
    settings: {},
    runtime: "python",
    notes: [],
    source: {
      kind: "file",
      bytes,
      ...(net === undefined ? {} : { net }),
      ...(bin === null ? {} : { bin }),
    },
  };
}

/** The real path of a file in a folder. @throws FormatError when it is a link that leads out of it */
async function insideOf(folder: string, name: string): Promise<string> {
  const [root, path] = await Promise.all([realpath(folder), realpath(join(folder, name))]);
  if (path.startsWith(root + sep)) return path;
  throw new FormatError(`${basename(folder)}/${name} is a link that leads out of its folder`);
}

/** A folder, a gzip file or a zip: of zips some are weights, which whoever opens them can tell. */
async function mayBeArchive(path: string): Promise<boolean> {
  if ((await stat(path)).isDirectory()) return true;
  const file = await open(path);
  try {
    const { buffer } = await file.read(Buffer.alloc(2), 0, 2, 0);
    return buffer.equals(GZIP) || buffer.equals(ZIP);
  } finally {
    await file.close();
  }
}

const GZIP = Buffer.from([0x1f, 0x8b]);
const ZIP = Buffer.from([0x50, 0x4b]);

/** The `.bin` beside a `.json`, or null when there is none. */
async function readBin(path: string): Promise<Uint8Array | null> {
  try {
    return new Uint8Array(await readFile(path.replace(/\.json$/, ".bin")));
  } catch (error) {
    if (error instanceof Error && "code" in error && error.code === "ENOENT") return null;
    throw error;
  }
}

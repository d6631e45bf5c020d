/**
 * @module
 * The files that go into a model archive, found as torch-model-archiver finds them, with its words where one is missing.
 */

import { readdir, readFile, stat } from "node:fs/promises";
import { basename, join } from "node:path";
import type { Runtime } from "../archive/index.ts";
import { CandilError } from "../errors.ts";
import { glob, hasWildcard } from "./glob.ts";

/** The archive cannot be made; the message is torch-model-archiver's own. */
export class ArchiverError extends CandilError {
  override name = "ArchiverError";
}

/** What an archive is made of, by torch-model-archiver's flags; null where a flag was not given. */
export interface Artifacts {
  readonly modelFile: string | null;
  readonly serializedFile: string | null;
  readonly handler: string;
  /** Comma-separated names and patterns; of a folder, what is in it. */
  readonly extraFiles: string | null;
  readonly requirementsFile: string | null;
  readonly configFile: string | null;
}

/** Handlers that TorchServe brings along, so that no file is looked for. */
const builtInHandlers: readonly string[] = [
  "base_handler",
  "text_classifier",
  "image_classifier",
  "object_detector",
  "image_segmenter",
  "dali_image_classifier",
  "vllm_handler",
  "trt_llm_handler",
];

const nativeHandlers: readonly string[] = ["BaseHandler", "TorchScriptHandler"];

/** Folders that no archive keeps, and with them those that begin with a dot. */
const unwantedFolders: readonly string[] = ["__MACOSX", "__pycache__"];

/**
 * Reads all files of an archive. Files lie flat, by their base names; a later one takes the place of an earlier one of the
 * same name.
 * @param warn called with what is odd but no failure
 * @returns contents by name in the archive
 * @throws ArchiverError in Python's words when a file is missing
 */
export async function collectArtifacts(
  artifacts: Artifacts,
  runtime: Runtime,
  warn: (message: string) => void,
): Promise<Map<string, Uint8Array>> {
  const contents = new Map<string, Uint8Array>();
  const addFile = async (path: string | null): Promise<void> => {
    if (path === null || path === "") return;
    contents.set(basename(path), await contentOf(path));
  };
  await addFile(artifacts.modelFile);
  await addFile(artifacts.serializedFile);
  await addFile(handlerFile(artifacts.handler, runtime));
  for (const path of await extraFiles(artifacts.extraFiles ?? "", warn)) await addExtra(contents, path);
  await addFile(artifacts.requirementsFile);
  await addFile(artifacts.configFile);
  return contents;
}

/** `handler`, `handler.py` and `handler:function` name one file; a built-in handler none. */
function handlerFile(handler: string, runtime: Runtime): string | null {
  const [stem] = handler.split(":");
  if (runtime === "LSP") {
    if (nativeHandlers.includes(handler)) return null;
    return { linux: `${stem}.so`, darwin: `${stem}.dylib` }[process.platform as string] ?? handler;
  }
  if (builtInHandlers.includes(handler)) return null;
  return handler.includes(".py") ? handler : `${stem}.py`;
}

async function extraFiles(list: string, warn: (message: string) => void): Promise<string[]> {
  const found: string[] = [];
  for (const name of list === "" ? [] : list.split(",")) {
    const wildcard = hasWildcard(name);
    if (!wildcard && (await kindOf(name)) === null) {
      throw new ArchiverError(`File does not exist: ${name}`);
    }
    const paths = await glob(name.trim());
    if (wildcard && paths.length === 0) warn(`Given wildcard pattern did not match any file: ${name}`);
    found.push(...paths);
  }
  return found;
}

/** A file lies at the root; of a folder its files do, and its folders as they are. */
async function addExtra(contents: Map<string, Uint8Array>, path: string): Promise<void> {
  if ((await kindOf(path)) === "file") {
    contents.set(basename(path), await contentOf(path));
    return;
  }
  await addFolder(contents, path, "");
}

async function addFolder(contents: Map<string, Uint8Array>, path: string, prefix: string): Promise<void> {
  for (const name of (await readdir(path)).sort()) {
    const inner = join(path, name);
    const kind = await kindOf(inner);
    if (kind === "file") contents.set(prefix + name, await contentOf(inner));
    else if (kind === "folder" && !name.startsWith(".") && !unwantedFolders.includes(name)) {
      await addFolder(contents, inner, `${prefix}${name}/`);
    }
  }
}

async function kindOf(path: string): Promise<"file" | "folder" | "other" | null> {
  try {
    const info = await stat(path);
    return info.isFile() ? "file" : info.isDirectory() ? "folder" : "other";
  } catch {
    return null;
  }
}

async function contentOf(path: string): Promise<Uint8Array> {
  try {
    return await readFile(path);
  } catch (error) {
    const code = error instanceof Error && "code" in error ? error.code : undefined;
    const shown = `'${path}'`;
    if (code === "ENOENT") throw new ArchiverError(`[Errno 2] No such file or directory: ${shown}`);
    if (code === "EISDIR") throw new ArchiverError(`[Errno 21] Is a directory: ${shown}`);
    if (code === "EACCES") throw new ArchiverError(`[Errno 13] Permission denied: ${shown}`);
    throw error;
  }
}

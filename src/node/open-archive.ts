/**
 * @module
 * Model archives on disk: `.mar`, `.tar.gz` and plain folders. All are read into memory; nothing is unpacked to disk.
 */

import { lstat, readdir, readFile, realpath, stat } from "node:fs/promises";
import { dirname, join, relative, sep } from "node:path";
import { unpackTar } from "modern-tar";
import { checkFileName, MANIFEST_NAME, MAX_ARCHIVE_FILES, memoryFiles, zipFiles } from "../archive/index.ts";
import type { ArchiveFiles } from "../archive/index.ts";
import { FormatError } from "../errors.ts";
import { allowance } from "../zip/index.ts";
import { boundedGunzip, nodeInflate } from "./inflate.ts";

/** Bytes that a folder may hold: above the largest classifiers, below what would fill the memory of a small machine. */
const MAX_FOLDER_BYTES = 4 * 2 ** 30;

/** Holds the manifest; a folder with nothing else in it is an archive all the same. */
const MANIFEST_FOLDER = dirname(MANIFEST_NAME);

/**
 * Opens the files of a model archive: a folder, or a file that its first bytes tell to be a zip or a gzip archive, whatever
 * its name. (TorchServe goes by the name: `.mar` is a zip, everything else a `.tar.gz`.)
 * @throws FormatError when it is damaged, too large, or made to reach outside of itself
 * @throws Node's error with `code` when it cannot be read
 *
 * @example
 * const { manifest } = readArchive(await openArchive("model_store/mnist.mar"));
 */
export async function openArchive(path: string): Promise<ArchiveFiles> {
  if ((await stat(path)).isDirectory()) return memoryFiles(await folderContents(path));
  return archiveFiles(await readFile(path));
}

/** The files of an archive's bytes: `.mar` or `.tar.gz`. @throws FormatError */
export async function archiveFiles(bytes: Uint8Array): Promise<ArchiveFiles> {
  if (bytes[0] === 0x50 && bytes[1] === 0x4b) return zipFiles(bytes, { inflate: nodeInflate });
  if (bytes[0] === 0x1f && bytes[1] === 0x8b) return tarFiles(bytes);
  throw new FormatError(
    `archive: expected a .mar (zip) or a .tar.gz, got ${bytes.length} bytes that begin with ` +
      Buffer.from(bytes.subarray(0, 4)).toString("hex"),
  );
}

/** As TorchServe unpacks it: the first component of each name, `mnist/` or `./`, is dropped. */
async function tarFiles(bytes: Uint8Array): Promise<ArchiveFiles> {
  const tar = await boundedGunzip(bytes, allowance(bytes.length));
  const contents = new Map<string, Uint8Array>();
  for (const { header, data } of await untar(tar)) {
    if (header.type === "directory") continue;
    if (header.type !== "file" || data === undefined) {
      throw new FormatError(
        `tar: "${header.name}" is a ${header.type ?? "thing"}; only files and folders are read`,
      );
    }
    const name = withoutFirst(header.name);
    if (contents.has(name)) throw new FormatError(`tar: "${name}" is there twice`);
    contents.set(name, data);
  }
  return memoryFiles(contents);
}

async function untar(tar: Uint8Array): ReturnType<typeof unpackTar> {
  let entries = 0;
  try {
    return await unpackTar(tar, {
      strict: true,
      filter: () => {
        if (++entries > MAX_ARCHIVE_FILES)
          throw new FormatError(`tar: has more than ${MAX_ARCHIVE_FILES} entries`);
        return true;
      },
    });
  } catch (error) {
    if (error instanceof FormatError) throw error;
    const reason = error instanceof Error ? error.message : String(error);
    throw new FormatError(`tar: is damaged: ${reason}`, { cause: error });
  }
}

function withoutFirst(name: string): string {
  const plain = name.startsWith("./") ? name.slice(2) : name;
  checkFileName(plain);
  return plain === name && name.includes("/") ? name.slice(name.indexOf("/") + 1) : plain;
}

/**
 * The files of a folder by their names in it. Links are followed as long as they stay inside. A folder that holds one folder
 * and nothing else stands for that one, as in TorchServe: so SageMaker unpacks archives.
 * @throws FormatError when it holds too much, or reaches outside of itself
 */
export async function folderContents(path: string): Promise<Map<string, Uint8Array>> {
  const root = await innerFolder(await realpath(path));
  const contents = new Map<string, Uint8Array>();
  let total = 0;
  for (const entry of await readdir(root, { recursive: true, withFileTypes: true })) {
    const file = join(entry.parentPath, entry.name);
    const name = relative(root, file).split(sep).join("/");
    if (entry.isDirectory()) continue;
    const real = await insideOf(root, file, name);
    const info = await lstat(real);
    if (!info.isFile()) throw new FormatError(`${path}: "${name}" is neither a file nor a folder`);
    total += info.size;
    if (total > MAX_FOLDER_BYTES || contents.size >= MAX_ARCHIVE_FILES) {
      throw new FormatError(
        `${path}: expected at most ${MAX_ARCHIVE_FILES} files of ${MAX_FOLDER_BYTES} bytes in all`,
      );
    }
    contents.set(name, await readFile(real));
  }
  return contents;
}

async function innerFolder(path: string): Promise<string> {
  const [only, ...others] = await readdir(path, { withFileTypes: true });
  const isInner = others.length === 0 && only?.isDirectory() === true && only.name !== MANIFEST_FOLDER;
  return isInner ? join(path, only.name) : path;
}

async function insideOf(root: string, file: string, name: string): Promise<string> {
  const real = await realpath(file);
  if (real.startsWith(root + sep)) return real;
  throw new FormatError(`archive: "${name}" is a link to ${real}, outside of the archive's folder`);
}

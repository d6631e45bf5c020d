/**
 * @module
 * Model archive or something else? Told by the bytes, since a `.pt` is a zip too.
 */

import { open, stat } from "node:fs/promises";
import { basename } from "node:path";
import { MANIFEST_NAME, readArchive } from "../archive/index.ts";
import type { ModelArchive, ReadArchiveOptions } from "../archive/index.ts";
import { openArchive } from "./open-archive.ts";

/**
 * Opens a model archive on disk: a folder, a `.tar.gz`, or a zip that has a manifest or is called `.mar`.
 * @returns null when it is another kind of file
 * @throws FormatError when it is an archive and a broken one
 * @throws Node's error with `code` when it cannot be read
 */
export async function findArchive(
  path: string,
  options: Omit<ReadArchiveOptions, "fileName"> = {},
): Promise<ModelArchive | null> {
  if (!(await isArchive(path))) return null;
  return readArchive(await openArchive(path), { ...options, fileName: basename(path) });
}

/** Bytes at the end of a zip in which its directory is looked for. */
const TAIL = 0x10000;

/** Whether {@link findArchive} would find one. @throws Node's error with `code` when it cannot be read */
export async function isArchive(path: string): Promise<boolean> {
  if ((await stat(path)).isDirectory()) return true;
  const file = await open(path);
  try {
    const { size } = await file.stat();
    const start = (await file.read(Buffer.alloc(4), 0, 4, 0)).buffer;
    if (start[0] === 0x1f && start[1] === 0x8b) return true;
    if (start[0] !== 0x50 || start[1] !== 0x4b) return false;
    if (path.endsWith(".mar")) return true;
    const { buffer } = await file.read(Buffer.alloc(TAIL), 0, TAIL, Math.max(0, size - TAIL));
    return buffer.includes(MANIFEST_NAME);
  } finally {
    await file.close();
  }
}

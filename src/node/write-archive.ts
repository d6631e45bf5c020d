/**
 * @module
 * Model archives written to disk, in the four forms of torch-model-archiver.
 */

import { mkdir, rename, writeFile } from "node:fs/promises";
import { dirname, join } from "node:path";
import { deflateRawSync, gzipSync } from "node:zlib";
import { packTar } from "modern-tar";
import { MANIFEST_NAME, manifestText } from "../archive/index.ts";
import type { Manifest } from "../archive/index.ts";
import { writeZip } from "../zip/index.ts";

/** Forms of an archive: deflated zip, stored zip, gzipped tar, plain folder. */
export const archiveFormats = ["tgz", "no-archive", "zip-store", "default"] as const;

/** One of {@link archiveFormats}. */
export type ArchiveFormat = (typeof archiveFormats)[number];

const extensions: Readonly<Record<ArchiveFormat, string>> = {
  tgz: ".tar.gz",
  "no-archive": "",
  "zip-store": ".mar",
  default: ".mar",
};

/** Where an archive of that name goes. */
export function archivePath(folder: string, modelName: string, format: ArchiveFormat): string {
  return join(folder, `${modelName}${extensions[format]}`);
}

/**
 * Writes a model archive; the manifest comes last, as torch-model-archiver has it. A reader never sees half a file.
 * @param contents the files by their names in the archive
 * @returns where it was written
 */
export async function writeArchive(
  folder: string,
  manifest: Manifest,
  contents: ReadonlyMap<string, Uint8Array>,
  format: ArchiveFormat = "default",
): Promise<string> {
  const { modelName } = manifest.model;
  const path = archivePath(folder, modelName, format);
  const files = [...contents].map(([name, bytes]) => ({ name, bytes }));
  files.push({ name: MANIFEST_NAME, bytes: Buffer.from(manifestText(manifest)) });
  if (format === "no-archive") {
    for (const { name, bytes } of files) await writeInside(join(path, name), bytes);
  } else {
    await writeWhole(path, await packed(modelName, files, format));
  }
  return path;
}

type Files = readonly { readonly name: string; readonly bytes: Uint8Array }[];

async function packed(modelName: string, files: Files, format: ArchiveFormat): Promise<Uint8Array> {
  if (format !== "tgz") return writeZip(files, format === "default" ? { deflate: deflateRawSync } : {});
  const entries = files.map(({ name, bytes }) => ({
    header: { name: `${modelName}/${name}`, size: bytes.length, type: "file" as const, mtime: new Date(0) },
    body: bytes,
  }));
  return gzipSync(await packTar(entries));
}

async function writeInside(path: string, bytes: Uint8Array): Promise<void> {
  await mkdir(dirname(path), { recursive: true });
  await writeFile(path, bytes);
}

async function writeWhole(path: string, bytes: Uint8Array): Promise<void> {
  const draft = `${path}.${process.pid}.tmp`;
  await writeFile(draft, bytes);
  await rename(draft, path);
}

/**
 * @module
 * The files of a model archive, whatever it is packed in. All of it stays in memory: nothing is unpacked to disk.
 */

import { FormatError, nearestName } from "../errors.ts";
import { openZip } from "../zip/index.ts";
import type { OpenZipOptions } from "../zip/index.ts";

/** Files of one archive; a model's archive has a handful, one that was made to harm may have millions. */
export const MAX_ARCHIVE_FILES = 10_000;

/** Names and contents of an archive's files; folders are no files. */
export interface ArchiveFiles {
  /** Relative names with `/`, in the archive's order. */
  readonly names: readonly string[];
  /** Bytes of a file, without reading it; undefined when there is none of that name. */
  size(name: string): number | undefined;
  /**
   * The content of a file, its checksum verified where the format has one.
   * @throws FormatError when there is no such file, or it is damaged
   */
  read(name: string): Uint8Array;
}

/** The files of a zip archive: `.mar`, deflated or stored. @throws FormatError */
export function zipFiles(bytes: Uint8Array, options: OpenZipOptions = {}): ArchiveFiles {
  const zip = openZip(bytes, { maxEntries: MAX_ARCHIVE_FILES, ...options });
  const names = [...zip.entries.keys()].filter((name) => !name.endsWith("/"));
  checkFolders(names);
  return {
    names,
    size: (name) => (name.endsWith("/") ? undefined : zip.entries.get(name)?.size),
    read: (name) => {
      if (!zip.entries.has(name)) throw missing(name, names);
      return zip.read(name);
    },
  };
}

/** Files that were read before, by name. @throws FormatError when a name is not one that stays in a folder */
export function memoryFiles(contents: ReadonlyMap<string, Uint8Array>): ArchiveFiles {
  const names = [...contents.keys()];
  names.forEach(checkFileName);
  checkFolders(names);
  return {
    names,
    size: (name) => contents.get(name)?.length,
    read: (name) => {
      const content = contents.get(name);
      if (content === undefined) throw missing(name, names);
      return content;
    },
  };
}

/**
 * Checks a name as zip archives' are checked: relative, with `/`, staying inside on every system.
 * @throws FormatError
 */
export function checkFileName(name: string): void {
  const harmless = name.split("/").every((part) => part !== "" && part !== "." && part !== "..");
  if (harmless && !name.includes("\\") && !name.includes("\0") && !/^[A-Za-z]:/.test(name)) return;
  throw new FormatError(`archive: the name ${JSON.stringify(name)} could leave the archive`);
}

/** A name cannot be a file and a folder of other files at once. */
function checkFolders(names: readonly string[]): void {
  const files = new Set(names);
  for (const name of names) {
    for (let at = name.indexOf("/"); at >= 0; at = name.indexOf("/", at + 1)) {
      const folder = name.slice(0, at);
      if (files.has(folder)) throw new FormatError(`archive: "${folder}" is a file and a folder at once`);
    }
  }
}

function missing(name: string, names: readonly string[]): FormatError {
  const near = nearestName(name, names);
  const some = names.slice(0, 8).map((known) => JSON.stringify(known));
  return new FormatError(
    `archive: there is no file "${name}"` +
      (near === null ? `; it holds ${some.join(", ") || "nothing"}` : `; did you mean "${near}"?`),
  );
}

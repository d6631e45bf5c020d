/**
 * @module
 * Small model archives for tests.
 */

import { zipFiles } from "../../src/archive/index.ts";
import type { ArchiveFiles } from "../../src/archive/index.ts";
import { writeZip } from "../../src/zip/index.ts";

/** A manifest that is whole. */
export const manifest = {
  createdOn: "01/02/2026 03:04:05",
  runtime: "python",
  model: { modelName: "digits", handler: "image_classifier", modelVersion: "2.0" },
  archiverVersion: "0.12.0",
};

/** The bytes of a .mar with these files, text or JSON values. */
export function marOf(files: Readonly<Record<string, unknown>>): Uint8Array {
  return writeZip(
    Object.entries(files).map(([name, content]) => ({
      name,
      bytes: Buffer.from(typeof content === "string" ? content : JSON.stringify(content)),
    })),
  );
}

/** The same, opened; with a whole manifest unless `files` has one. */
export function archiveOf(files: Readonly<Record<string, unknown>>): ArchiveFiles {
  return zipFiles(marOf({ "MAR-INF/MANIFEST.json": manifest, ...files }));
}

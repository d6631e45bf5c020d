/**
 * @module
 * What deploy/Dockerfile puts into the image, as far as it decides how the program runs: the program as the build bundles it, with the
 * packages that it needs, beside package.json and the weights, in a folder that everybody may read and nobody may write.
 */

import { chmodSync, cpSync, mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { bundle } from "../../tools/bundle.js";

const root = fileURLToPath(new URL("../..", import.meta.url));

/** A folder in place of the image's `/app`. */
export interface Image {
  readonly folder: string;
  /** Its `dist/bin/candil.js`. */
  readonly program: string;
}

let image: Promise<Image> | null = null;

/** Builds it at the first call; it goes with the process. */
export function imageFolder(): Promise<Image> {
  image ??= built();
  return image;
}

async function built(): Promise<Image> {
  const folder = mkdtempSync(join(tmpdir(), "candil-image-"));
  process.once("exit", () => rmSync(folder, { recursive: true, force: true }));
  await bundle(join(root, "src"), join(folder, "dist"));
  for (const path of ["package.json", "weights"]) {
    cpSync(join(root, path), join(folder, path), { recursive: true });
  }
  chmodSync(folder, 0o755);
  return { folder, program: join(folder, "dist/bin/candil.js") };
}

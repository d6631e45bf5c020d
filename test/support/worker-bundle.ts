/**
 * @module
 * The program of workers and the model of ./pool-model.ts, bundled once for a run of the tests: a worker then starts in a
 * fraction of the time that it takes to read TypeScript file by file.
 */

import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { fileURLToPath, pathToFileURL } from "node:url";
import { build } from "esbuild";

/** The bundled files. */
export interface WorkerBundle {
  readonly entry: URL;
  readonly model: URL;
  /** Inflates until it is ended. */
  readonly inflating: URL;
}

let bundle: Promise<WorkerBundle> | null = null;

/** Bundles at the first call. */
export function workerBundle(): Promise<WorkerBundle> {
  bundle ??= bundled();
  return bundle;
}

async function bundled(): Promise<WorkerBundle> {
  const outdir = mkdtempSync(join(tmpdir(), "candil-worker-"));
  process.once("exit", () => rmSync(outdir, { recursive: true, force: true }));
  const path = (relative: string): string => fileURLToPath(new URL(relative, import.meta.url));
  await build({
    entryPoints: {
      worker: path("../../src/server/pool/worker.ts"),
      model: path("./pool-model.ts"),
      inflating: path("./inflating-thread.ts"),
    },
    outdir,
    bundle: true,
    // Both have to share the classes of candil.
    splitting: true,
    format: "esm",
    platform: "node",
    outExtension: { ".js": ".mjs" },
    // Packages in CommonJS ask for Node's modules by require.
    banner: {
      js: 'import { createRequire as toRequire } from "node:module"; const require = toRequire(import.meta.url);',
    },
  });
  return {
    entry: pathToFileURL(join(outdir, "worker.mjs")),
    model: pathToFileURL(join(outdir, "model.mjs")),
    inflating: pathToFileURL(join(outdir, "inflating.mjs")),
  };
}

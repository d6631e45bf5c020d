/**
 * @module
 * What deploy/Dockerfile puts into the image, as far as it decides how the program runs: compiled JavaScript without its
 * sources beside package.json and the weights, in a folder that everybody may read and nobody may write.
 */

import { chmodSync, cpSync, mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { createRequire } from "node:module";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { build } from "esbuild";
import type { Plugin } from "esbuild";

const root = fileURLToPath(new URL("../..", import.meta.url));

/** A folder in place of the image's `/app`. */
export interface Image {
  readonly folder: string;
  /** Its `dist/bin/candil.js`. */
  readonly program: string;
}

const require = createRequire(import.meta.url);

/** grpc-js is CommonJS and is imported when it is needed: Node finds its names, a bundle has to be told them. */
const grpcByName: Plugin = {
  name: "grpc-by-name",
  setup(bundler) {
    const path = require.resolve("@grpc/grpc-js");
    bundler.onResolve({ filter: /^@grpc\/grpc-js$/ }, ({ kind }) =>
      kind === "dynamic-import" ? { path, namespace: "by-name" } : { path },
    );
    bundler.onLoad({ filter: /.*/, namespace: "by-name" }, () => {
      const names = Object.keys(require(path) as object).join(", ");
      const contents = `import * as all from "@grpc/grpc-js"; export const { ${names} } = all;`;
      return { contents, resolveDir: root };
    });
  },
};

let image: Promise<Image> | null = null;

/** Builds it at the first call; it goes with the process. */
export function imageFolder(): Promise<Image> {
  image ??= built();
  return image;
}

async function built(): Promise<Image> {
  const folder = mkdtempSync(join(tmpdir(), "candil-image-"));
  process.once("exit", () => rmSync(folder, { recursive: true, force: true }));
  const rooms = join(folder, "dist");
  const { warnings } = await build({
    entryPoints: {
      "cli/main": join(root, "src/cli/main.ts"),
      "server/pool/worker": join(root, "src/server/pool/worker.ts"),
    },
    outdir: rooms,
    bundle: true,
    splitting: true,
    // Shared code has to lie where files are looked for from: the worker beside it, package.json two folders above.
    chunkNames: "server/pool/[name]-[hash]",
    format: "esm",
    platform: "node",
    plugins: [grpcByName],
    logLevel: "silent",
    banner: {
      js: 'import { createRequire as toRequire } from "node:module"; const require = toRequire(import.meta.url);',
    },
  });
  // One of them would be an import that the package's own words make a bundler drop.
  if (warnings.length > 0) throw new Error(warnings.map(({ text }) => text).join("; "));
  for (const place of [folder, rooms]) {
    cpSync(join(root, "package.json"), join(place, "package.json"));
    cpSync(join(root, "weights"), join(place, "weights"), { recursive: true });
  }
  chmodSync(folder, 0o755);
  return { folder, program: join(rooms, "cli/main.js") };
}

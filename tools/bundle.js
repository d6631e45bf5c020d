/**
 * What esbuild makes of candil's sources, for the build and for the tests that start the program as an image would.
 */

import { chmodSync, existsSync, mkdirSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { dirname, join } from "node:path";
import { build } from "esbuild";

const GRPC = "server/protocols/grpc/grpc-js";

const settings = {
  bundle: true,
  format: "esm",
  platform: "node",
  target: "node20.19",
  minifySyntax: true,
  minifyWhitespace: true,
  keepNames: true,
  logLevel: "warning",
};

/**
 * Writes dist/bin/candil.js and its worker, and the package for gRPC.
 * @param {string} src the folder of sources
 * @param {string} dist the folder that takes the program, one below that of package.json and weights
 */
export async function bundle(src, dist) {
  await bundleProgram(src, dist);
  await bundleGrpc(src, dist);
}

/**
 * Joins the modules of the command and of its worker threads. Packages stay imports. The files lie flat in dist/bin, two folders
 * below the root like the modules that look for package.json and weights, and worker.js beside what starts it.
 */
async function bundleProgram(src, dist) {
  const outdir = join(dist, "bin");
  rmSync(outdir, { recursive: true, force: true });
  const { warnings } = await build({
    ...settings,
    entryPoints: { candil: join(src, "cli/main.ts"), worker: join(src, "server/pool/worker.ts") },
    outdir,
    chunkNames: "[name]-[hash]",
    splitting: true,
    packages: "external",
    sourcemap: true,
    sourcesContent: false,
    plugins: [{ name: "grpc-beside", setup: leaveGrpcOutside }],
  });
  // One of them would be an import that the package's own words make a bundler drop.
  if (warnings.length > 0) throw new Error(warnings.map(({ text }) => text).join("; "));
  chmodSync(join(outdir, "candil.js"), 0o755);
}

function leaveGrpcOutside(bundler) {
  bundler.onResolve({ filter: /\/grpc-js\.ts$/ }, () => ({ path: `../${GRPC}.js`, external: true }));
}

/** Writes the module that stands for @grpc/grpc-js with the package in it, and the licences of what that is. */
async function bundleGrpc(src, dist) {
  const path = join(dist, GRPC);
  rmSync(`${path}.js.map`, { force: true });
  const { metafile } = await build({
    ...settings,
    entryPoints: [join(src, `${GRPC}.ts`)],
    outfile: `${path}.js`,
    // For channelz and load reports, which are not offered.
    external: ["@grpc/proto-loader"],
    // CommonJS asks for Node's own modules by require.
    banner: {
      js: 'import { createRequire } from "node:module"; const require = createRequire(import.meta.url);',
    },
    metafile: true,
  });
  mkdirSync(dirname(path), { recursive: true });
  writeFileSync(`${path}.LICENSES.txt`, licences(Object.keys(metafile.inputs)));
}

/** The licences of the packages that files belong to. */
function licences(files) {
  const folders = new Set(
    files.flatMap((file) => /^.*node_modules\/(?:@[^/]+\/)?[^/]+/.exec(file)?.[0] ?? []),
  );
  const texts = [...folders].map((folder) => {
    const { name, version } = JSON.parse(readFileSync(join(folder, "package.json"), "utf8"));
    const licence = join(folder, "LICENSE");
    if (!existsSync(licence)) throw new Error(`${name} has no LICENSE to pass on`);
    return `${name} ${version}\n\n${readFileSync(licence, "utf8").trim()}\n`;
  });
  return texts.join("\n----\n\n");
}

/**
 * What esbuild makes of candil's sources, for the build and for the tests that start the program as an image would.
 */

import { chmodSync, mkdirSync, readdirSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { dirname, join } from "node:path";
import { fileURLToPath } from "node:url";
import { build } from "esbuild";

const root = dirname(dirname(fileURLToPath(import.meta.url)));

const GRPC = "server/protocols/grpc/grpc-js";

/** For channelz and load reports of gRPC, which are not offered. */
const PROTO_LOADER = "@grpc/proto-loader";

/** Packages in CommonJS ask for Node's own modules by require. */
const REQUIRE =
  'import { createRequire as requireOf } from "node:module"; const require = requireOf(import.meta.url);';

const settings = {
  // The paths in its reports are below it, wherever the process is.
  absWorkingDir: root,
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
 * Joins the modules of the command and of its threads with the packages that they use, each by itself: a thread reads few
 * files, and none for the other's sake. The files lie flat in dist/bin, two folders below the root like the modules that look for
 * package.json and weights, and worker.js beside what starts it.
 */
async function bundleProgram(src, dist) {
  const outdir = join(dist, "bin");
  rmSync(outdir, { recursive: true, force: true });
  const program = (name, entry) =>
    build({
      ...settings,
      entryPoints: { [name]: join(src, entry) },
      outdir,
      chunkNames: `${name}-[hash]`,
      splitting: true,
      external: [PROTO_LOADER],
      banner: { js: REQUIRE },
      sourcemap: true,
      sourcesContent: false,
      metafile: true,
      plugins: [
        { name: "grpc-beside", setup: leaveGrpcOutside },
        { name: "unused", setup: leaveOutUnused },
      ],
    });
  const builds = [
    await program("candil", "cli/main.ts"),
    await program("worker", "server/pool/worker.ts"),
    await program("kernel-thread", "node/kernel-thread.ts"),
  ];
  // One of them would be an import that the package's own words make a bundler drop.
  const warnings = builds.flatMap((one) => one.warnings);
  if (warnings.length > 0) throw new Error(warnings.map(({ text }) => text).join("; "));
  const inputs = builds.flatMap(({ metafile }) => Object.keys(metafile.inputs));
  writeFileSync(join(outdir, "LICENSES.txt"), licences(inputs));
  chmodSync(join(outdir, "candil.js"), 0o755);
}

function leaveGrpcOutside(bundler) {
  bundler.onResolve({ filter: /\/grpc-js\.ts$/ }, () => ({ path: `../${GRPC}.js`, external: true }));
}

/**
 * Express loads its readers of bodies whether they are used or not. candil reads bodies itself, and they are as much code as all
 * the rest of Express.
 */
function leaveOutUnused(bundler) {
  bundler.onResolve({ filter: /^body-parser$/ }, ({ path }) => ({ path, namespace: "unused" }));
  bundler.onLoad({ filter: /.*/, namespace: "unused" }, () => ({ contents: "module.exports = {};" }));
}

/** Writes the module that stands for @grpc/grpc-js with the package in it, and the licences of what that is. */
async function bundleGrpc(src, dist) {
  const path = join(dist, GRPC);
  rmSync(`${path}.js.map`, { force: true });
  const { metafile } = await build({
    ...settings,
    entryPoints: [join(src, `${GRPC}.ts`)],
    outfile: `${path}.js`,
    external: [PROTO_LOADER],
    banner: { js: REQUIRE },
    metafile: true,
  });
  mkdirSync(dirname(path), { recursive: true });
  writeFileSync(`${path}.LICENSES.txt`, licences(Object.keys(metafile.inputs)));
}

/** The licences of the packages that files belong to. */
function licences(files) {
  const folders = new Set(
    files.flatMap((file) => /^.*node_modules\/(?:@[^/]+\/)?[^/]+/.exec(join(root, file))?.[0] ?? []),
  );
  const texts = [...folders].sort().map((folder) => {
    const { name, version } = JSON.parse(readFileSync(join(folder, "package.json"), "utf8"));
    const file = readdirSync(folder).find((one) => /^licen[cs]e(\.(md|txt))?$/i.test(one));
    if (file === undefined) throw new Error(`${name} has no licence to pass on`);
    return `${name} ${version}\n\n${readFileSync(join(folder, file), "utf8").trim()}\n`;
  });
  return texts.join("\n----\n\n");
}

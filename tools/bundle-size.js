/**
 * Bundles the main entry and the client for a browser and prints their sizes; fails when Node's modules or a package that no
 * browser needs came along, or when the bundle does not run where code generation is forbidden.
 * Needs a build. Run: node tools/bundle-size.js
 */

import { execFileSync } from "node:child_process";
import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join, resolve } from "node:path";
import { gzipSync } from "node:zlib";
import { build } from "esbuild";

const root = resolve(import.meta.dirname, "..");
const bundle = (entry) =>
  build({
    entryPoints: [resolve(root, entry)],
    bundle: true,
    format: "esm",
    platform: "browser",
    target: "es2022",
    minify: true,
    write: false,
    metafile: true,
    logLevel: "error",
  });
const result = await bundle("dist/index.js");
// Packages of plain JavaScript that read YAML and Python source.
const foreign = Object.keys(result.metafile.inputs).filter(
  (path) => path.includes("node_modules") && !/node_modules\/(yaml|@lezer)\//.test(path),
);
if (foreign.length > 0) {
  throw new Error(`the main entry imports ${foreign.join(", ")}`);
}
const code = result.outputFiles[0].contents;
runWithoutCodeGeneration(code);
const kib = (bytes) => `${(bytes / 1024).toFixed(1)} KiB`;
console.log(
  `browser bundle of the main entry: ${kib(code.length)} minified, ${kib(gzipSync(code).length)} gzip`,
);
const client = await bundle("dist/client/index.js");
const sent = client.outputFiles[0].contents;
console.log(`browser bundle of the client: ${kib(sent.length)} minified, ${kib(gzipSync(sent).length)} gzip`);

/** Explains a picture with the bundle in a process where eval and new Function throw, as under a page's strict policy. */
function runWithoutCodeGeneration(code) {
  const folder = mkdtempSync(join(tmpdir(), "candil-bundle-"));
  try {
    writeFileSync(join(folder, "candil.mjs"), code);
    writeFileSync(
      join(folder, "page.mjs"),
      `import { createMnistNet, IntegratedGradients, randn } from "./candil.mjs";
const explain = new IntegratedGradients(createMnistNet("torchserve").eval());
const map = explain.attribute(randn([1, 1, 28, 28]), { target: 0, nSteps: 3 });
if (map.numel() !== 784 || map.data.some(Number.isNaN)) throw new Error("the bundle does not explain");`,
    );
    execFileSync(process.execPath, ["--disallow-code-generation-from-strings", join(folder, "page.mjs")]);
  } finally {
    rmSync(folder, { recursive: true, force: true });
  }
}

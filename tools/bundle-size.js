/**
 * Bundles the main entry for a browser and prints its size; fails when Node's modules or an npm package came along.
 * Needs a build. Run: node tools/bundle-size.js
 */

import { resolve } from "node:path";
import { gzipSync } from "node:zlib";
import { build } from "esbuild";

const root = resolve(import.meta.dirname, "..");
const result = await build({
  entryPoints: [resolve(root, "dist/index.js")],
  bundle: true,
  format: "esm",
  platform: "browser",
  target: "es2022",
  minify: true,
  write: false,
  metafile: true,
  logLevel: "error",
});
const foreign = Object.keys(result.metafile.inputs).filter((path) => path.includes("node_modules"));
if (foreign.length > 0) {
  throw new Error(`the main entry must stand alone, but it imports ${foreign.join(", ")}`);
}
const code = result.outputFiles[0].contents;
if (/\bnew Function\b|\beval\(/.test(Buffer.from(code).toString("utf8"))) {
  throw new Error("the main entry must not generate code at run time");
}
const kib = (bytes) => `${(bytes / 1024).toFixed(1)} KiB`;
console.log(
  `browser bundle of the main entry: ${kib(code.length)} minified, ${kib(gzipSync(code).length)} gzip`,
);

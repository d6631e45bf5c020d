#!/usr/bin/env node
/**
 * Builds candil: the WebAssembly kernels (AssemblyScript to base64 modules), the TypeScript (tsc to dist/, a file for a
 * file, as libraries are imported), and the program (esbuild to dist/bin/, few files, which start in half the time).
 *
 *     node tools/build.js              everything that is older than its sources
 *     node tools/build.js --kernels    the WebAssembly kernels only, which tests and type checks need
 *
 * Plain JavaScript, because it runs before anything is built. Says what it does on a terminal and nothing in a pipe,
 * unless it fails.
 */

import { spawnSync } from "node:child_process";
import { createHash } from "node:crypto";
import {
  existsSync,
  mkdirSync,
  readdirSync,
  readFileSync,
  rmSync,
  statSync,
  utimesSync,
  writeFileSync,
} from "node:fs";
import { createRequire } from "node:module";
import { dirname, join } from "node:path";
import { performance } from "node:perf_hooks";
import { fileURLToPath } from "node:url";
import { bundle } from "./bundle.js";

const root = dirname(dirname(fileURLToPath(import.meta.url)));
const assembly = join(root, "src/kernels/simd/assembly");
const generated = join(root, "src/kernels/simd/generated");
const require = createRequire(import.meta.url);

/** The two modules, and the WebAssembly features that each is compiled with. */
const modules = [
  { name: "simd", features: ["simd"] },
  { name: "relaxed-simd", features: ["simd", "relaxed-simd"] },
];

function say(text) {
  if (process.stdout.isTTY) process.stdout.write(`${text}\n`);
}

/** Files below a folder whose name ends in one of the endings, in a fixed order. */
function filesBelow(folder, ...endings) {
  return readdirSync(folder, { recursive: true })
    .map((name) => join(folder, String(name)))
    .filter((path) => endings.some((ending) => path.endsWith(ending)))
    .sort();
}

/** A hash of everything that decides the kernels' bytes: their sources, this script, the compiler's version. */
function kernelHash() {
  const hash = createHash("sha256");
  for (const path of [...filesBelow(assembly, ".ts"), fileURLToPath(import.meta.url)]) {
    hash.update(path.slice(root.length)).update("\0").update(readFileSync(path)).update("\0");
  }
  hash.update(require("assemblyscript/package.json").version);
  return hash.digest("hex");
}

async function buildKernels() {
  const stamp = `// from src/kernels/simd/assembly, sha256 ${kernelHash()}`;
  const outputs = modules.map((module) => ({ ...module, path: join(generated, `${module.name}.ts`) }));
  if (outputs.every(({ path }) => existsSync(path) && readFileSync(path, "utf8").includes(stamp))) {
    say("kernels: up to date");
    return;
  }
  const { default: asc } = await import("assemblyscript/asc");
  mkdirSync(generated, { recursive: true });
  for (const { name, features, path } of outputs) {
    const started = performance.now();
    const wasm = await compile(asc, features);
    const text = `${stamp}\n/** The compiled kernels (${features.join(", ")}) as base64. */\nexport const base64: string =\n  "${Buffer.from(wasm).toString("base64")}";\n`;
    writeFileSync(path, text);
    const seconds = ((performance.now() - started) / 1000).toFixed(1);
    say(`kernels: ${name}, ${(wasm.length / 1024).toFixed(1)} KB in ${seconds} s`);
  }
}

/** The bytes of the kernels' module with the given features. */
async function compile(asc, features) {
  let wasm;
  const { error, stderr } = await asc.main(
    [
      join("src/kernels/simd/assembly", "index.ts"),
      "--baseDir",
      root,
      "--outFile",
      "kernels.wasm",
      "-O3",
      "--runtime",
      "stub",
      "--noAssert",
      "--importMemory",
      "--noExportMemory",
      // Functions that exchange v128 are called inside the module only.
      "--disableWarning",
      "112",
      ...features.flatMap((feature) => ["--enable", feature]),
    ],
    {
      writeFile(_name, contents) {
        wasm = contents;
      },
    },
  );
  const messages = stderr.toString();
  if (messages !== "") process.stderr.write(messages);
  if (error || wasm === undefined)
    throw new Error(`AssemblyScript could not compile the kernels: ${error?.message}`);
  return wasm;
}

/** Runs tsc when a source or setting is newer than its last output, then bundles the program. */
async function buildTypeScript() {
  const marker = join(root, "dist/.tsbuildinfo");
  const inputs = [
    ...filesBelow(join(root, "src"), ".ts", ".json"),
    ...["tsconfig.json", "tsconfig.build.json", "package.json", "tools/build.js", "tools/bundle.js"].map(
      (name) => join(root, name),
    ),
  ].filter((path) => !path.startsWith(assembly));
  if (existsSync(marker)) {
    const built = statSync(marker).mtimeMs;
    if (inputs.every((path) => statSync(path).mtimeMs < built)) {
      say("dist: up to date");
      return;
    }
  }
  const started = performance.now();
  const tsc = join(dirname(require.resolve("typescript/package.json")), "bin/tsc");
  const { status } = spawnSync(process.execPath, [tsc, "-p", join(root, "tsconfig.build.json")], {
    stdio: "inherit",
  });
  if (status !== 0) {
    // tsc emits in spite of errors; without its marker the next build tries again.
    rmSync(marker, { force: true });
    process.exit(status ?? 1);
  }
  // tsc leaves its marker alone when nothing that matters changed.
  utimesSync(marker, new Date(), new Date());
  await bundle(join(root, "src"), join(root, "dist"));
  say(`dist: ${((performance.now() - started) / 1000).toFixed(1)} s`);
}

await buildKernels();
if (!process.argv.includes("--kernels")) await buildTypeScript();

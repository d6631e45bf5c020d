/**
 * Packs the package, installs the tarball into an empty folder as a user would (no install scripts), and uses it there:
 * the four entries by import, the main entry by require, the command, and the compiler on a consumer's file.
 * Needs a build. Run: node tools/pack-smoke.js
 */

import { execFileSync } from "node:child_process";
import { mkdtempSync, readFileSync, rmSync, statSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join, resolve } from "node:path";

const root = resolve(import.meta.dirname, "..");
const folder = mkdtempSync(join(tmpdir(), "candil-pack-"));
const run = (program, args, cwd = folder) =>
  execFileSync(program, args, { cwd, encoding: "utf8", stdio: ["ignore", "pipe", "inherit"] });

try {
  const [packed] = JSON.parse(
    run("npm", ["pack", "--json", "--ignore-scripts", "--pack-destination", folder], root),
  );
  console.log(
    `tarball: ${packed.filename}, ${kib(packed.size)} packed, ${kib(packed.unpackedSize)} unpacked`,
  );

  writeFileSync(
    join(folder, "package.json"),
    JSON.stringify({ name: "consumer", private: true, type: "module" }),
  );
  run("npm", [
    "install",
    "--ignore-scripts",
    "--omit=optional",
    "--no-audit",
    "--no-fund",
    `./${packed.filename}`,
  ]);
  checkNoInstallScripts();

  writeFileSync(
    join(folder, "consumer.ts"),
    `import { tensor, mul, sum, grad } from "candil";
import { KServeClient, pictures } from "candil/client";
import { decodeImage, embeddedMnist } from "candil/node";
import { startServer } from "candil/server";
const x = tensor([1, 2], { requiresGrad: true });
const [dx] = grad([sum(mul(x, x))], [x]);
export const doubled: number[] = [...dx.data];
export const doors: readonly unknown[] = [decodeImage, startServer];
export async function ask(png: Uint8Array): Promise<string> {
  const server = await startServer({ models: [await embeddedMnist()], port: 0, grpc: { port: 0 } });
  const { v1, v2 } = new KServeClient(server.url);
  const [digit] = await v1.predict("mnist", [png]);
  const { attributions } = await v2.explain("mnist", [pictures([png])], { target: digit });
  await server.stop();
  return [digit, ...attributions.shape, server.grpc === null || server.grpc.port === 0].join();
}
`,
  );
  const tsc = join(root, "node_modules", "typescript", "bin", "tsc");
  const typeRoots = join(root, "node_modules", "@types");
  const flags = [
    "--strict",
    "--skipLibCheck",
    "--module",
    "nodenext",
    "--target",
    "es2022",
    "--types",
    "node",
  ];
  run(process.execPath, [tsc, ...flags, "--typeRoots", typeRoots, "consumer.ts"]);
  const script = 'import { doubled, doors } from "./consumer.js"; console.log(doubled.join(), doors.length);';
  expectOutput("import", run(process.execPath, ["--input-type=module", "-e", script]), "2,4 2");
  const asked = `import { readFileSync } from "node:fs"; import { ask } from "./consumer.js";
console.log(await ask(readFileSync(${JSON.stringify(join(root, "examples", "mnist", "test_data", "7.png"))})));`;
  expectOutput("client", run(process.execPath, ["--input-type=module", "-e", asked]), "7,1,1,28,28,false");
  const required = 'console.log(require("candil").tensor([1, 2]).shape.join())';
  expectOutput(
    "require",
    run(process.execPath, ["--no-warnings", "--input-type=commonjs", "-e", required]),
    "2",
  );
  const { version } = JSON.parse(readFileSync(join(root, "package.json"), "utf8"));
  expectOutput("candil --version", run("npx", ["--no-install", "candil", "--version"]), version);
  const digit = join(root, "examples", "mnist", "test_data", "7.png");
  expectOutput(
    "candil predict",
    String(JSON.parse(run("npx", ["--no-install", "candil", "predict", digit, "--json"]))[0].prediction),
    "7",
  );
  console.log("the packed package installs and works in an empty folder");
} finally {
  rmSync(folder, { recursive: true, force: true });
}

/** Neither candil nor anything that it brings may run code when it is installed. */
function checkNoInstallScripts() {
  const lock = JSON.parse(readFileSync(join(folder, "package-lock.json"), "utf8"));
  const offenders = Object.entries(lock.packages).filter(([, entry]) => entry.hasInstallScript);
  if (offenders.length > 0)
    throw new Error(`install scripts in: ${offenders.map(([name]) => name).join(", ")}`);
  const size = run("du", ["-sk", "node_modules"]).split("\t")[0];
  console.log(
    `installed: ${Object.keys(lock.packages).length - 1} packages, ${size} KiB, no install scripts`,
  );
  statSync(join(folder, "node_modules", "candil", "dist", "index.js"));
}

function expectOutput(what, actual, expected) {
  if (actual.trim() !== expected) throw new Error(`${what}: expected ${expected}, got ${actual.trim()}`);
}

function kib(bytes) {
  return `${(bytes / 1024).toFixed(0)} KiB`;
}

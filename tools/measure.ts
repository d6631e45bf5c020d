/**
 * @module
 * Measures everything that docs/performance.md shows, into bench/results, and writes the page. Takes about half an hour; the
 * machine should have nothing else to do.
 *
 *     npm run performance
 */

import { spawnSync } from "node:child_process";
import { mkdirSync, writeFileSync } from "node:fs";
import { fileURLToPath } from "node:url";
import { measureBrowser } from "../bench/browser.ts";
import { measurePool } from "../bench/pool.ts";

const root = fileURLToPath(new URL("..", import.meta.url));
const results = new URL("../bench/results/", import.meta.url);
mkdirSync(results, { recursive: true });

/** The engines that two threads make faster, and candil. */
const threaded = "candil,pytorch,onnxruntime,onnxruntime-node";

run("tools/build.js");
run("bench/peers/main.ts", "--json", "bench/results/one-thread.json");
run("bench/peers/main.ts", "--threads", "2", "--only", threaded, "--json", "bench/results/two-threads.json");
run("bench/peers/server.ts", "--json", "bench/results/servers.json");
run("bench/protocols/main.ts", "--json", "bench/results/protocols.json");
writeFileSync(new URL("pool.json", results), `${JSON.stringify(await measurePool(), null, 1)}\n`);
const browser = await measureBrowser();
if (browser === null) console.log("browser: not measured, no Chromium found; CHROME_PATH names one");
else writeFileSync(new URL("browser.json", results), `${JSON.stringify(browser, null, 1)}\n`);
run("tools/performance-page.ts");

/** Runs a program of the project, and ends when it fails. */
function run(file: string, ...flags: string[]): void {
  console.log(`\n== ${file} ${flags.join(" ")}`);
  const { status } = spawnSync(process.execPath, ["--import", "tsx", file, ...flags], {
    cwd: root,
    stdio: "inherit",
  });
  if (status !== 0) process.exit(status ?? 1);
}

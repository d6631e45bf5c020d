/**
 * @module
 * Where the program of a thread is: compiled, or as source when candil itself runs from source.
 */

import { createRequire } from "node:module";
import { pathToFileURL } from "node:url";
import type { WorkerOptions } from "node:worker_threads";

const SCRIPT = "data:";

/**
 * The URL that a thread starts from. From source it is a script that makes TypeScript readable first: not all versions of Node take over the
 * `--import` of the parent, and those that do look for it from the current folder.
 * @param name of the module, without its ending
 * @param here URL of a module in the same folder
 */
export function threadEntry(name: string, here: string): URL {
  if (!here.endsWith(".ts")) return new URL(`./${name}.js`, here);
  const source = new URL(`./${name}.ts`, here);
  // require finds the CommonJS twin of the module that is meant.
  const twin = pathToFileURL(createRequire(here).resolve("tsx/esm/api"));
  const script = [
    `import { register } from ${JSON.stringify(new URL("index.mjs", twin).href)};`,
    "register();",
    `await import(${JSON.stringify(source.href)});`,
  ];
  return new URL(`${SCRIPT}text/javascript,${encodeURIComponent(script.join(""))}`);
}

/** Options for a thread from the URL of {@link threadEntry}, or of a program of the caller's own. */
export function threadOptions(entry: URL, options: WorkerOptions): WorkerOptions {
  return entry.protocol === SCRIPT ? { ...options, execArgv: [] } : options;
}

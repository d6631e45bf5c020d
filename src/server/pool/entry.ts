/**
 * @module
 * Where the program of a worker is, next to this file: compiled, or as source when candil itself runs from source.
 */

import { createRequire } from "node:module";
import { pathToFileURL } from "node:url";

const here = import.meta.url;

/**
 * The URL that a worker thread starts from. From source, a worker of Node 20 has to be told to read TypeScript: unlike newer
 * versions it does not take over the `--import` of its parent.
 */
export function workerEntry(): URL {
  if (!here.endsWith(".ts")) return new URL("./worker.js", here);
  const source = new URL("./worker.ts", here);
  if (!process.versions.node.startsWith("20.")) return source;
  // require finds the CommonJS twin of the module that is meant.
  const twin = pathToFileURL(createRequire(here).resolve("tsx/esm/api"));
  const script = [
    `import { register } from ${JSON.stringify(new URL("index.mjs", twin).href)};`,
    "register();",
    `await import(${JSON.stringify(source.href)});`,
  ];
  return new URL(`data:text/javascript,${encodeURIComponent(script.join(""))}`);
}

/**
 * @module
 * Where the program of a thread is: compiled, or as source when candil itself runs from source.
 */

import { createRequire } from "node:module";
import { pathToFileURL } from "node:url";

/**
 * The URL that a thread starts from. From source, a thread of Node 20 has to be told to read TypeScript: unlike newer versions it does not
 * take over the `--import` of its parent.
 * @param name of the module, without its ending
 * @param here URL of a module in the same folder
 */
export function threadEntry(name: string, here: string): URL {
  if (!here.endsWith(".ts")) return new URL(`./${name}.js`, here);
  const source = new URL(`./${name}.ts`, here);
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

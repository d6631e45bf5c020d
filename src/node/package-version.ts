/**
 * @module
 * Which candil this is.
 */

import { readFileSync } from "node:fs";

/** The version in package.json, which lies at the same distance from src/node and from dist/node. */
export function packageVersion(): string {
  const text = readFileSync(new URL("../../package.json", import.meta.url), "utf8");
  const manifest = JSON.parse(text) as { readonly version: string };
  return manifest.version;
}

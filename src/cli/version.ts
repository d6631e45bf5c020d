/**
 * @module
 * Which candil this is.
 */

import { readFileSync } from "node:fs";

/** The version in package.json, which lies at the same distance from src/cli and from dist/cli. */
export function packageVersion(): string {
  const text = readFileSync(new URL("../../package.json", import.meta.url), "utf8");
  const manifest = JSON.parse(text) as { readonly version: string };
  return manifest.version;
}

import { expect } from "chai";
import { build } from "esbuild";
import type { Metafile } from "esbuild";
import { fileURLToPath } from "node:url";

const root = fileURLToPath(new URL("../..", import.meta.url));

/** What is loaded at once when `entry` is, as paths below the root; packages and Node's modules by their names. */
function loadedBy({ inputs }: Metafile, entry: string): Set<string> {
  const loaded = new Set<string>();
  const load = (path: string): void => {
    if (loaded.has(path)) return;
    loaded.add(path);
    for (const { kind, path: next } of inputs[path]?.imports ?? []) if (kind !== "dynamic-import") load(next);
  };
  load(entry);
  return loaded;
}

describe("The thread that serves", () => {
  let metafile: Metafile;
  const entries = [
    "src/cli/main.ts",
    "src/cli/serve-models.ts",
    "src/cli/serve-config.ts",
    "src/cli/serve-kserve.ts",
    "src/server/running-server.ts",
  ];

  before(async () => {
    ({ metafile } = await build({
      absWorkingDir: root,
      entryPoints: entries,
      outdir: "unwritten",
      write: false,
      bundle: true,
      splitting: true,
      format: "esm",
      platform: "node",
      packages: "external",
      metafile: true,
    }));
  });

  for (const entry of entries) {
    it(`loads nothing that computes, with ${entry}`, () => {
      // The memory of workers is made here, and computes nothing.
      const computing =
        /^src\/(kernels|runtime\/(?!shared-memory\.ts)|autograd|ops|nn|attribution|checkpoint\/pt|python)\//;
      expect([...loadedBy(metafile, entry)].filter((path) => computing.test(path))).to.deep.equal([]);
    });

    it(`does not import node:http, which loads undici and HTTP/2, with ${entry}`, () => {
      const loaded = [...loadedBy(metafile, entry)];
      expect(loaded).not.to.include("node:http");
      expect(loaded).not.to.include("node:https");
    });
  }
});

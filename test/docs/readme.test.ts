import { execFile } from "node:child_process";
import { readFile, rm } from "node:fs/promises";
import { dirname, join } from "node:path";
import { fileURLToPath } from "node:url";
import { promisify } from "node:util";
import { expect } from "chai";
import { build } from "esbuild";
import { embeddedMnist } from "../../src/node/index.ts";
import { startServer } from "../../src/server/index.ts";
import { imageFolder } from "../support/image.ts";

const root = new URL("../../", import.meta.url);

/** Where the package's entries lie in the source tree. */
const entries: Readonly<Record<string, string>> = {
  candil: "src/index.ts",
  "candil/client": "src/client/index.ts",
  "candil/node": "src/node/index.ts",
  "candil/server": "src/server/index.ts",
};

/** The code blocks of one language in a page, in order. */
async function blocks(language: string, page = "README.md"): Promise<string[]> {
  const text = await readFile(new URL(page, root), "utf8");
  return [...text.matchAll(new RegExp(`^\`\`\`${language}\\n([^]*?)^\`\`\``, "gm"))].map((match) => match[1]);
}

/** Runs a code block, followed by a line of the test's own, and returns what that line prints. */
async function output(block: string, line: string): Promise<string> {
  const source = block.replace(/from "(candil[^"]*)"/g, (_, name: string) => {
    return `from ${JSON.stringify(fileURLToPath(new URL(entries[name], root)))}`;
  });
  // Bundled beside the program, where weights are found, it starts in a fraction of the time.
  const { program } = await imageFolder();
  const outfile = join(dirname(program), "block.js");
  await build({
    stdin: { contents: `${source}\n${line}\n`, loader: "ts", resolveDir: fileURLToPath(root) },
    outfile,
    bundle: true,
    format: "esm",
    platform: "node",
    // Packages in CommonJS ask for Node's modules by require.
    banner: {
      js: 'import { createRequire } from "node:module"; const require = createRequire(import.meta.url);',
    },
  });
  const { stdout } = await promisify(execFile)(process.execPath, [outfile], { cwd: fileURLToPath(root) });
  await rm(outfile);
  return stdout.trim();
}

describe("the README's TypeScript runs as it stands", () => {
  it("loads the weights, predicts a digit and explains it", async () => {
    const [first] = await blocks("ts");
    const line =
      "console.log(logProbs.data.indexOf(Math.max(...logProbs.data)), attributions.shape, delta.shape);";
    expect(await output(first, line)).to.equal("7 [ 1, 1, 28, 28 ] [ 1 ]");
  });

  it("computes the gradient that its comment shows, and makes a net", async () => {
    const [, second] = await blocks("ts");
    const line = "console.log(JSON.stringify(dx.toArray()), net.length, optimizer.paramGroups[0].lr);";
    expect(await output(second, line)).to.equal("[[2,4],[6,8]] 4 1");
  });
});

describe("docs/client.md's TypeScript runs as it stands", () => {
  it("asks a server by V1 and V2", async () => {
    const server = await startServer({ models: [await embeddedMnist()], port: 0 });
    const [first] = await blocks("ts", "docs/client.md");
    const line = "console.log(digit, scores.shape, attributions.shape);";
    const here = first.replace("http://127.0.0.1:8080", server.url);
    expect(await output(here, line)).to.equal("7 [ 1, 10 ] [ 1, 1, 28, 28 ]");
    await server.stop();
  });
});

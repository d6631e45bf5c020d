import { execFile } from "node:child_process";
import { mkdtemp, readFile, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { promisify } from "node:util";
import { expect } from "chai";
import { embeddedMnist } from "../../src/node/index.ts";
import { startServer } from "../../src/server/index.ts";

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
  const folder = await mkdtemp(join(tmpdir(), "candil-readme-"));
  const source = block.replace(/from "(candil[^"]*)"/g, (_, name: string) => {
    return `from ${JSON.stringify(new URL(entries[name], root).href)}`;
  });
  const file = join(folder, "block.mts");
  await writeFile(file, `${source}\n${line}\n`);
  const { stdout } = await promisify(execFile)(process.execPath, ["--import", "tsx", file], {
    cwd: fileURLToPath(root),
  });
  await rm(folder, { recursive: true });
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

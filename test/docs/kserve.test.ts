import { execFile, spawn, spawnSync } from "node:child_process";
import type { ChildProcess } from "node:child_process";
import { once } from "node:events";
import { existsSync, readFileSync } from "node:fs";
import { chmod, mkdir, symlink, writeFile } from "node:fs/promises";
import { createInterface } from "node:readline";
import { fileURLToPath } from "node:url";
import { promisify } from "node:util";
import { expect } from "chai";
import { Folder } from "../support/cli.ts";
import { imageFolder } from "../support/image.ts";

const root = fileURLToPath(new URL("../../", import.meta.url));
const page = readFileSync(`${root}docs/kserve.md`, "utf8");

/** The commands of a section's console blocks, and the lines that they print. */
function commandsOf(heading: string): { readonly command: string; readonly output: string }[] {
  const [, section] = new RegExp(`^## ${heading}$([^]*?)^## `, "m").exec(page) ?? [];
  return [...section.matchAll(/^```console\n([^]*?)^```/gm)]
    .flatMap(([, block]) => block.split(/^\$ /m).slice(1))
    .map((text) => {
      const [command, ...lines] = text.split("\n");
      return { command, output: lines.join("\n").trim() };
    });
}

describe("docs/kserve.md", () => {
  let folder: Folder;
  let server: ChildProcess | null = null;
  before(async function () {
    if (spawnSync("curl", ["--version"]).status !== 0) this.skip();
    folder = await Folder.create({});
    for (const name of ["weights", "examples"]) await symlink(root + name, folder.file(name));
    const { program } = await imageFolder();
    await mkdir(folder.file("bin"));
    await writeFile(folder.file("bin/candil"), `#!/bin/sh\nexec "${process.execPath}" "${program}" "$@"\n`);
    await chmod(folder.file("bin/candil"), 0o755);
  });
  after(async () => {
    await stop();
    await folder.remove();
  });

  async function stop(): Promise<void> {
    if (server === null) return;
    const ended = once(server, "exit");
    server.kill("SIGINT");
    server = null;
    expect((await ended)[0]).to.equal(0);
  }

  const around = (): { cwd: string; env: Record<string, string> } => ({
    cwd: folder.path,
    env: { PATH: `${folder.file("bin")}:${process.env["PATH"] ?? ""}` },
  });

  /** Starts the server of the page on a free port; resolves with its address. */
  async function serve(command: string): Promise<string> {
    await stop();
    const free = `exec ${command.replace("--http_port=8080", "--http_port=0 --workers=1")}`;
    server = spawn("sh", ["-c", free], { ...around(), stdio: ["ignore", "pipe", "inherit"] });
    if (server.stdout === null) throw new Error("no standard output");
    for await (const line of createInterface(server.stdout)) {
      const [, url] = /Model server started: (http:\/\/\S+:\d+)/.exec(line) ?? [];
      if (url === undefined) continue;
      server.stdout.resume();
      return url;
    }
    throw new Error(`${command} did not start`);
  }

  it("its commands for one machine run as they stand, and print what it says", async () => {
    let url = "";
    const commands = commandsOf("On one machine");
    expect(commands).to.have.length.above(10);
    for (const { command, output } of commands) {
      if (command.startsWith("candil kserve")) {
        url = await serve(command);
        continue;
      }
      const here = command.replaceAll("http://127.0.0.1:8080", url);
      const { stdout } = await promisify(execFile)("sh", ["-c", here], around());
      expect(stdout.trim(), command).to.equal(output);
    }
    const heat = JSON.parse(readFileSync(folder.file("heat.json"), "utf8")) as {
      outputs: { shape: number[] }[];
    };
    expect(heat.outputs[0].shape).to.deep.equal([1, 28, 28]);
  });

  it("names files and folders of deploy/ that are there", () => {
    const named = [...page.matchAll(/deploy\/[\w./-]*\w/g)].map(([path]) => path);
    expect(named).to.have.length.above(10);
    for (const path of named) expect(existsSync(root + path), path).to.equal(true);
    const examples = [...page.matchAll(/`([\w-]+\.yaml)`/g)].map(([, name]) => name);
    for (const name of examples)
      expect(existsSync(`${root}deploy/kserve/examples/${name}`), name).to.equal(true);
  });
});

import { spawn } from "node:child_process";
import type { ChildProcess } from "node:child_process";
import { once } from "node:events";
import { connect, createServer } from "node:net";
import { createInterface } from "node:readline";
import { expect } from "chai";
import { writePt } from "../../src/checkpoint/index.ts";
import { Folder } from "../support/cli.ts";
import { imageFolder } from "../support/image.ts";
import { seededState } from "../support/mnist.ts";
import { digitPng } from "../support/png.ts";

async function textOf(stream: NodeJS.ReadableStream | null): Promise<string> {
  let text = "";
  if (stream !== null) for await (const chunk of stream) text += String(chunk);
  return text;
}

async function ended(child: ChildProcess): Promise<{ code: number | null; stdout: string; stderr: string }> {
  const [stdout, stderr] = await Promise.all([
    textOf(child.stdout),
    textOf(child.stderr),
    once(child, "close"),
  ]);
  return { code: child.exitCode, stdout, stderr };
}

/** Resolves with the address in the line that says that the server answers. */
async function started(child: ChildProcess): Promise<string> {
  if (child.stdout === null) throw new Error("no standard output");
  for await (const line of createInterface(child.stdout)) {
    const found = /Model server started: (\S+)/.exec(line);
    if (found !== null) return found[1];
  }
  throw new Error(`the server did not start: ${await textOf(child.stderr)}`);
}

describe("The candil process", () => {
  let folder: Folder;
  let program = "";
  before(async () => {
    ({ program } = await imageFolder());
    folder = await Folder.create({ "w.pt": writePt(seededState()), "0.png": digitPng(0) });
  });
  after(() => folder.remove());

  /** The program as a process of its own. */
  const start = (args: readonly string[]): ChildProcess =>
    spawn(process.execPath, [program, ...args], { stdio: ["pipe", "pipe", "pipe"] });

  it("ends with 2 for wrong usage and 0 for help", async () => {
    expect((await ended(start(["predit"]))).code).to.equal(2);
    expect((await ended(start(["serve", "--help"]))).code).to.equal(0);
  });

  it("reads a picture from a pipe", async () => {
    const child = start(["predict", "-", "-m", folder.file("w.pt"), "--json"]);
    child.stdin?.end(digitPng(0));
    const { code, stdout } = await ended(child);
    expect(code).to.equal(0);
    expect(JSON.parse(stdout)).to.have.length(1);
  });

  it("serves until it is told to stop, and ends with 0", async () => {
    const child = start([
      "serve",
      "--models",
      `mine=${folder.file("w.pt")}`,
      "--port",
      "0",
      "--workers",
      "1",
    ]);
    const done = once(child, "close");
    const url = await started(child);
    const response = await fetch(`${url}/predictions/mine`, { method: "PUT", body: digitPng(0) });
    expect(await response.text()).to.match(/^\d$/);
    // The parser of forms is loaded on demand, which a bundle does otherwise than Node.
    const body = new FormData();
    body.append("data", new Blob([digitPng(0)]), "0.png");
    const form = await fetch(`${url}/predictions/mine`, { method: "POST", body });
    expect(await form.text()).to.match(/^\d$/);
    child.kill("SIGTERM");
    await done;
    expect(child.exitCode).to.equal(0);
  });

  it("stops at once when it is told twice", async () => {
    const child = start([
      "serve",
      "--models",
      `mine=${folder.file("w.pt")}`,
      "--port",
      "0",
      "--workers",
      "0",
    ]);
    const done = once(child, "close");
    const { hostname, port } = new URL(await started(child));
    // An upload that never ends keeps the first stop waiting.
    const upload = connect(Number(port), hostname);
    upload.on("error", () => undefined);
    upload.write("PUT /predictions/mine HTTP/1.1\r\nContent-Length: 100\r\nExpect: 100-continue\r\n\r\n");
    await once(upload, "data");
    child.kill("SIGINT");
    if (child.stderr !== null) await once(child.stderr, "data");
    child.kill("SIGINT");
    await done;
    expect(child.exitCode).to.equal(130);
  });

  it("names port and flag when the port is in use, and ends with 1", async () => {
    const holder = createServer().listen(0, "127.0.0.1");
    await once(holder, "listening");
    const address = holder.address();
    const port = typeof address === "object" && address !== null ? address.port : 0;
    const child = start(["serve", "--models", `mine=${folder.file("w.pt")}`, "--port", String(port)]);
    const { code, stderr } = await ended(child);
    holder.close();
    expect(code).to.equal(1);
    expect(stderr).to.equal(
      `candil: port ${port} on 127.0.0.1 is in use; choose another with --port (0 takes a free one)\n`,
    );
  });
});

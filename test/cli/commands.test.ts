import { readFile } from "node:fs/promises";
import { expect } from "chai";
import { PNG } from "pngjs";
import { loadCheckpoint, writeJson, writePt, writeSafetensors } from "../../src/checkpoint/index.ts";
import { decodeImage } from "../../src/node/image.ts";
import { candil, Folder } from "../support/cli.ts";
import { seededMnist, seededState } from "../support/mnist.ts";
import { digitPng, pngOf } from "../support/png.ts";

const state = seededState();
/** Without the matrix that makes almost all of its size. */
const light = new Map([...state].filter(([name]) => name !== "fc1.weight"));
const mnist = seededMnist();
const png = digitPng(4);
const x = mnist.transform(decodeImage(png));
const [{ prediction, scores }] = mnist.predict(x);

let folder: Folder;
let image: string;
let weights: string;
before(async () => {
  folder = await Folder.create({
    "4.png": png,
    "weights.pt": writePt(state),
    "light.pt": writePt(light),
    "weights.safetensors": writeSafetensors(state),
    "weights.json": writeJson(state, { bin: true }).json,
    "weights.bin": writeJson(state, { bin: true }).bin ?? "",
    "wide.png": pngOf(new Uint8Array(3 * 30 * 28), 30, 28, 3),
    "text.txt": "hello",
  });
  image = folder.file("4.png");
  weights = folder.file("weights.pt");
});
after(() => folder.remove());

describe("candil", () => {
  it("shows its commands and examples", async () => {
    const { code, stdout, stderr } = await candil(["--help"]);
    expect([code, stderr]).to.deep.equal([0, ""]);
    for (const command of ["serve", "predict", "explain", "train", "convert", "inspect", "doctor"]) {
      expect(stdout).to.match(new RegExp(`^  ${command} `, "m"));
    }
    expect(stdout).to.include("Examples:");
  });

  it("says its version", async () => {
    const { version } = JSON.parse(
      await readFile(new URL("../../package.json", import.meta.url), "utf8"),
    ) as {
      version: string;
    };
    expect(await candil(["--version"])).to.deep.equal({ code: 0, stdout: `${version}\n`, stderr: "" });
  });

  const wrong: readonly (readonly [what: string, args: readonly string[], says: RegExp])[] = [
    ["an unknown command", ["predit", "x.png"], /unknown command 'predit' \(Did you mean predict\?\)/],
    ["an unknown option", ["predict", "x.png", "--jsn"], /unknown option '--jsn' \(Did you mean --json\?\)/],
    ["a missing argument", ["predict"], /missing required argument 'image'/],
    ["a port out of range", ["serve", "--port", "70000"], /integer from 0 to 65535/],
    ["an unknown net", ["predict", "x.png", "--net", "resnet"], /Allowed choices are torchserve, examples/],
    [
      "an unknown method",
      ["explain", "x.png", "--method", "magic"],
      /Allowed choices are integrated_gradients/,
    ],
    ["a target that is a word", ["explain", "x.png", "--target", "four"], /index of a class/],
    ["no steps", ["explain", "x.png", "--n-steps", "0"], /integer from 1 to 10000/],
    [
      "a model that is neither a file nor embedded",
      ["predict", "x.png", "-m", "mnis"],
      /embedded: mnist; did you mean "mnist"\?/,
    ],
    ["all models without a store", ["serve", "--models", "all"], /needs --model-store DIR/],
    ["a model without a name", ["serve", "--models", "=x.pt"], /expected NAME=FILE/],
    ["an unknown extension", ["convert", "a.pt", "b.safetensor"], /did you mean "\.safetensors"\?/],
    ["a .bin beside no .json", ["convert", "a.json", "b.pt", "--bin"], /--bin goes with \.json/],
    ["the same file twice", ["convert", "a.pt", "./a.pt"], /IN and OUT are the same file/],
  ];
  for (const [what, args, says] of wrong) {
    it(`ends with 2 and one line for ${what}`, async () => {
      const { code, stdout, stderr } = await candil(args);
      expect([code, stdout]).to.deep.equal([2, ""]);
      expect(stderr)
        .to.match(says)
        .and.match(/^candil: .*\n$/);
    });
  }

  it("ends with 1 and one line, without a stack, for what fails", async () => {
    const failures: readonly (readonly [args: readonly string[], says: RegExp])[] = [
      [["predict", "nowhere.png", "-m", weights], /nowhere\.png: there is no such file/],
      [["predict", folder.path, "-m", weights], /folder; expected a file/],
      [
        ["predict", folder.file("wide.png"), "-m", weights],
        /wide\.png: weights takes pictures of 1 channel, 28 x 28; got 3 channels, 28 x 30/,
      ],
      [["predict", folder.file("text.txt"), "-m", weights], /text\.txt: expected a PNG or JPEG picture/],
      [["predict", image, "-m", image], /4\.png: .*got a PNG picture/],
      [
        ["explain", image, "-m", weights, "--target", "10"],
        /target 10 is out of range: the model has 10 classes/,
      ],
      [["inspect", folder.file("text.txt")], /text\.txt: checkpoint: expected/],
    ];
    for (const [args, says] of failures) {
      const { code, stdout, stderr } = await candil(args);
      expect([code, stdout], args.join(" ")).to.deep.equal([1, ""]);
      expect(stderr)
        .to.match(says)
        .and.match(/^candil: .*\n$/);
    }
  });
});

describe("candil predict", () => {
  it("prints the contract's JSON and nothing else", async () => {
    const { code, stdout, stderr } = await candil(["predict", image, image, "-m", weights, "--json"]);
    expect([code, stderr]).to.deep.equal([0, ""]);
    expect(JSON.parse(stdout)).to.deep.equal([
      { file: image, prediction, scores },
      { file: image, prediction, scores },
    ]);
  });

  it("prints the class and the likeliest three with bars for people", async () => {
    const { stdout } = await candil(["predict", image, "-m", weights]);
    const lines = stdout.trimEnd().split("\n");
    expect(lines[0]).to.equal(`${image}: ${prediction}`);
    expect(lines).to.have.length(4);
    expect(lines[1]).to.match(new RegExp(`^  ${prediction} +\\d+\\.\\d\\d %  █+$`));
  });

  it("reads standard input", async () => {
    const { stdout } = await candil(["predict", "-", "-m", weights, "--json"], { stdin: png });
    expect(JSON.parse(stdout)).to.deep.equal([{ file: "-", prediction, scores }]);
  });

  it("reads all formats of weights alike, a .json with its .bin included", async () => {
    for (const name of ["weights.safetensors", "weights.json"]) {
      const { stdout } = await candil(["predict", image, "-m", folder.file(name), "--json"]);
      expect(JSON.parse(stdout), name).to.deep.equal([{ file: image, prediction, scores }]);
    }
  });

  it("runs the other net when told so", async () => {
    const other = seededMnist({ net: "examples" }).predict(x)[0];
    const file = folder.file("weights.pt");
    const { stdout } = await candil(["predict", image, "-m", file, "--net", "examples", "--json"]);
    const { prediction: digit, scores: chances } = other;
    expect(JSON.parse(stdout)).to.deep.equal([{ file: image, prediction: digit, scores: chances }]);
    expect(other.scores).not.to.deep.equal(scores);
  });
});

describe("candil explain", () => {
  it("prints the contract's JSON and nothing else", async () => {
    const { code, stdout, stderr } = await candil([
      "explain",
      image,
      "-m",
      weights,
      "--target",
      "2",
      "--n-steps",
      "20",
      "--json",
    ]);
    expect([code, stderr]).to.deep.equal([0, ""]);
    const [expected] = mnist.explain(x, { target: 2, nSteps: 20 });
    const answer = JSON.parse(stdout) as object;
    expect(Object.keys(answer)).to.deep.equal([
      "file",
      "prediction",
      "target",
      "method",
      "n_steps",
      "convergence_delta",
      "attributions",
    ]);
    expect(answer).to.deep.equal(
      JSON.parse(
        JSON.stringify({
          file: image,
          prediction,
          target: 2,
          method: "integrated_gradients",
          n_steps: 20,
          convergence_delta: expected.convergenceDelta,
          attributions: expected.attributions.toArray(),
        }),
      ),
    );
  });

  it("draws picture and heat map, and says in words what was explained and how far it sums up", async () => {
    const { stdout } = await candil(["explain", image, "-m", weights]);
    expect(stdout).not.to.include("\u001b");
    expect(stdout).to.match(/@.* {4,}.*[+#]/);
    expect(stdout).to.include(`Explained is class ${prediction}, the predicted class (`);
    expect(stdout).to.match(
      /attributions sum to -?\d+\.\d{4}, the log-probability changes by .*the gap is -?\d+\.\d{4} \(\d/,
    );
  });

  it("says so when a method does not sum to anything", async () => {
    const { stdout } = await candil([
      "explain",
      image,
      "-m",
      weights,
      "--method",
      "saliency",
      "--target",
      "-1",
    ]);
    expect(stdout).to.include("do not sum to anything in particular");
    expect(stdout).to.match(/Explained is class 9, (not )?the predicted class/);
  });

  it("uses colours on a terminal, and none when NO_COLOR asks for it", async () => {
    const args = ["explain", image, "-m", weights];
    expect((await candil(args, { isTTY: true })).stdout).to.include("\u001b[");
    const { stdout } = await candil(args, { isTTY: true, env: { NO_COLOR: "1" } });
    expect(stdout).not.to.include("\u001b[");
  });

  it("writes the heat map over the picture as a PNG", async () => {
    const out = folder.file("heat.png");
    const { code, stderr } = await candil(["explain", image, "-m", weights, "-o", out, "--json"]);
    expect([code, stderr]).to.deep.equal([0, `Heat map written to ${out}\n`]);
    const { width, height } = PNG.sync.read(await readFile(out));
    expect([width, height]).to.deep.equal([280, 280]);
  });
});

describe("candil convert", () => {
  for (const name of ["a.pt", "a.pth", "a.safetensors", "a.json"]) {
    it(`writes ${name} so that it reads back to the bit`, async () => {
      const out = folder.file(name);
      const { code, stdout } = await candil(["convert", folder.file("light.pt"), out]);
      expect([code, stdout]).to.deep.equal([0, `${out}: 7 tensors\n`]);
      const { stateDict } = loadCheckpoint(await readFile(out));
      for (const [key, tensor] of light) expect(stateDict.get(key)?.data, key).to.deep.equal(tensor.data);
    });
  }

  it("writes a .json with its values in a .bin", async () => {
    const out = folder.file("b.json");
    const { stdout } = await candil(["convert", weights, out, "--bin"]);
    expect(stdout).to.equal(`${folder.file("b.bin")} and ${out}: 8 tensors\n`);
    const { stateDict } = loadCheckpoint(await readFile(out), { bin: await readFile(folder.file("b.bin")) });
    expect(stateDict.get("fc2.bias")?.data).to.deep.equal(state.get("fc2.bias")?.data);
  });
});

describe("candil inspect", () => {
  it("lists names, types, shapes and sizes", async () => {
    const { code, stdout } = await candil(["inspect", weights]);
    expect(code).to.equal(0);
    expect(stdout).to.match(/^ {2}conv2\.weight {2}float32 {2}\[64, 32, 3, 3\] +18,432$/m);
    expect(stdout).to.include("8 tensors, 1,199,882 elements");
  });

  it("prints JSON and nothing else", async () => {
    const { stdout } = await candil(["inspect", weights, "--json"]);
    const answer = JSON.parse(stdout) as { file: string; format: string; entries: readonly object[] };
    expect([answer.file, answer.format, answer.entries.length]).to.deep.equal([weights, "pt-zip", 8]);
    expect(answer.entries[0]).to.include({ name: "conv1.weight", dtype: "float32", elements: 288 });
  });
});

describe("candil doctor", () => {
  it("tells versions, kernels, cores and ports", async () => {
    const { stdout } = await candil(["doctor"]);
    expect(stdout).to.include(process.versions.node);
    expect(stdout).to.match(/kernels +\S+ in use; available: reference/);
    for (const port of [8080, 8081, 8082]) expect(stdout).to.match(new RegExp(`port ${port} +(free|in use)`));
  });
});

describe("candil bench", () => {
  it("prints the plans of the embedded model, or why there are none", async () => {
    const { code, stdout } = await candil(["bench", "--plans", "--json"]);
    expect(code).to.equal(0);
    const { plans } = JSON.parse(stdout) as { plans: string[] };
    expect(plans).to.have.length(4);
    for (const plan of plans) expect(plan).to.match(/^(\[\d+, 1, 28, 28\] -> |eager: )/);
  });
});

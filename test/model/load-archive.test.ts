import { expect } from "chai";
import { readFile } from "node:fs/promises";
import { CandilError } from "../../src/errors.ts";
import { kernelFamily } from "../../src/kernels/index.ts";
import { defineHandler } from "../../src/model/handler.ts";
import { registerHandler } from "../../src/model/handlers.ts";
import { plainJson } from "../../src/model/json-value.ts";
import { loadArchiveBytes } from "../../src/model/load-archive.ts";
import { loadModel } from "../../src/model/load.ts";
import { createMnistNet } from "../../src/model/mnist-net.ts";
import type { Model } from "../../src/model/model.ts";
import { registerModule } from "../../src/model/modules.ts";
import { decodeImage } from "../../src/node/image.ts";
import { argmax } from "../../src/ops/index.ts";
import { tensor } from "../../src/tensor/creation.ts";
import { Image } from "../../src/vision/image.ts";
import { writeZip } from "../../src/zip/index.ts";
import { seededMnist, seededState } from "../support/mnist.ts";
import { digitPng } from "../support/png.ts";
import { mar, SMALL, vision } from "../support/small-archive.ts";
import type { Parts } from "../support/small-archive.ts";

const example = new URL("../../examples/mnist/", import.meta.url);
const picture = decodeImage(digitPng(4));

const load = (parts: Parts): Model => loadArchiveBytes(mar(parts));
const color = new Image(
  4,
  4,
  "RGB",
  Uint8Array.from({ length: 48 }, (_, i) => [250, 100, 20][i % 3]),
);

describe("A model archive, loaded", () => {
  let mnist: Model;
  before(async () => {
    const files = ["mnist.py", "mnist_handler.py"] as const;
    const [model, handlerFile] = await Promise.all(
      files.map((name) => readFile(new URL(name, example), "utf8")),
    );
    mnist = load({ model, handlerFile, state: seededState(), manifest: { modelName: "mnist" } });
  });

  it("of the example answers as the built-in model of digits, class by class and pixel by pixel", () => {
    const builtIn = seededMnist();
    expect([mnist.name, mnist.version]).to.deep.equal(["mnist", "3.0"]);
    expect(mnist.input).to.deep.equal({ channels: 1, height: 28, width: 28 });
    expect(mnist.classes).to.deep.equal(builtIn.classes);
    const x = mnist.transform(picture);
    expect(x.data).to.deep.equal(builtIn.transform(picture).data);
    const [said] = mnist.predict(x);
    const [expected] = builtIn.predict(x);
    expect(said.answer).to.equal(expected.answer);
    said.scores.forEach((score, i) => expect(score).to.be.closeTo(expected.scores[i], 1e-6));
    const ours = builtIn.attribute(x, { target: 3 })[0].data;
    expect(mnist.hasInsights).to.equal(true);
    const [[rows]] = [plainJson(mnist.insights(picture, 3)) as number[][][]];
    rows.flat().forEach((value, i) => expect(value).to.be.closeTo(ours[i], 1e-6));
    mnist
      .attribute(x, { target: 3 })[0]
      .data.forEach((value, i) => expect(value).to.be.closeTo(ours[i], 1e-6));
  });

  it("of the example refuses pictures of another size, and takes numbers as they are", () => {
    expect(() => mnist.transform(new Image(29, 28, "L", new Uint8Array(29 * 28)))).to.throw(
      /got 1 channel, 28 x 29/,
    );
    const x = mnist.transform(picture);
    expect(mnist.transform(x).data).to.deep.equal(x.data);
  });

  it("with image_classifier names classes of pictures of any size", () => {
    const labels = JSON.stringify({ 0: "a", 1: "b", 2: "c", 3: "d", 4: "e", 5: "f" });
    const model = load({ handler: "image_classifier", files: { "index_to_name.json": labels } });
    expect(model.input).to.deep.equal({ channels: 3, height: 224, width: 224 });
    expect(model.classes).to.deep.equal(["a", "b", "c", "d", "e", "f"]);
    const [{ answer, prediction, scores }] = model.predict(model.transform(color));
    const named = [...(answer as ReadonlyMap<string, { readonly value: number }>)];
    expect(named).to.have.length(5);
    expect(named[0][0]).to.equal(model.classes[prediction]);
    expect(named[0][1].value).to.be.closeTo(scores[prediction], 1e-6);
  });

  it("is ready for its first picture, by one run of its forward; only tried, it makes no plan", () => {
    const printing = SMALL.replace("forward(self, x):", "forward(self, x):\n        print(x.shape)");
    const bytes = mar({ model: printing, handler: "image_classifier" });
    const runs = (trial: boolean): number[] => {
      let lines = 0;
      const model = loadArchiveBytes(bytes, { trial, print: () => lines++ });
      expect(model.input).to.deep.equal({ channels: 3, height: 224, width: 224 });
      expect(model.classes).to.have.length(6);
      const atLoad = lines;
      model.predict(model.transform(color));
      return [atLoad, lines - atLoad];
    };
    // The reference kernels have no plans: there every prediction runs the source.
    expect(runs(false)).to.deep.equal([1, kernelFamily() === "reference" ? 1 : 0]);
    expect(runs(true)).to.deep.equal([1, 1]);
  });

  it("with a subclass of ImageClassifier keeps to its topk and its mapping", () => {
    const handlerFile =
      "from ts.torch_handler.image_classifier import ImageClassifier\nclass Two(ImageClassifier):\n    topk = 2\n";
    const model = load({ handlerFile });
    const [{ answer }] = model.predict(model.transform(color));
    expect([...(answer as ReadonlyMap<string, unknown>).keys()]).to.have.length(2);
  });

  it("with a handler of its own evaluates what that overrides", () => {
    const handlerFile = vision(
      `def initialize(self, context):
    super().initialize(context)
    self.scale = context.model_yaml_config["handler"]["scale"]
    self.name = context.manifest["model"]["modelName"]

def preprocess(self, data):
    images = []
    for row in data:
        image = row.get("data") or row.get("body")
        if isinstance(image, (bytes, bytearray)):
            image = Image.open(io.BytesIO(image)).convert("RGB")
            image = self.image_processing(image)
        else:
            image = torch.FloatTensor(image)
        images.append(image)
    return torch.stack(images).to(self.device)

def inference(self, data, *args, **kwargs):
    with torch.no_grad():
        return self.model(data) * self.scale

def postprocess(self, data):
    probs = F.softmax(data, dim=1)
    top, classes = torch.topk(probs, 2, dim=1)
    return [{"name": self.name, "top": t, "classes": c} for t, c in zip(top.tolist(), classes.tolist())]`,
      "import io\nfrom PIL import Image",
    );
    const model = load({
      handlerFile,
      files: { "c.yaml": "handler:\n  scale: 2\n" },
      manifest: { configFile: "c.yaml" },
    });
    const gray = new Image(4, 4, "L", new Uint8Array(16).fill(51));
    const [{ answer }] = model.predict(model.transform(gray));
    const { name, top, classes } = plainJson(answer) as { name: string; top: number[]; classes: number[] };
    // Scores of 0.2, 0.2, 0.2: row/10 + 0.2 + bias, doubled.
    const scores = [0, 0.5, 0, 0.25, 0, 0].map((bias, row) => 2 * (row * 0.1 + 0.2 + bias));
    const sum = scores.reduce((total, score) => total + Math.exp(score), 0);
    expect([name, classes]).to.deep.equal(["small", [1, 3]]);
    expect(top[0]).to.be.closeTo(Math.exp(scores[1]) / sum, 1e-6);
    expect(top[1]).to.be.closeTo(Math.exp(scores[3]) / sum, 1e-6);
  });

  it("explains by whichever of Captum's methods its handler takes", () => {
    const methods = [
      ["IntegratedGradients(self.model).attribute(tensor_data, target=target, n_steps=5)", false],
      ["Saliency(self.model).attribute(tensor_data, target=target, abs=False)", true],
      ["InputXGradient(self.model).attribute(tensor_data, target=target)", false],
      ["FeatureAblation(self.model).attribute(tensor_data, target=target)", false],
      ["Occlusion(self.model).attribute(tensor_data, target=target, sliding_window_shapes=(1, 1, 1))", false],
      [
        "NoiseTunnel(Saliency(self.model)).attribute(tensor_data, nt_samples=2, stdevs=0.1, target=target, abs=False)",
        true,
      ],
      [
        "GradientShap(self.model).attribute(tensor_data, baselines=torch.zeros(1, 3, 4, 4), target=target)",
        false,
      ],
    ] as const;
    for (const [call, gradientOnly] of methods) {
      const handlerFile = vision(
        `def get_insights(self, tensor_data, _, target=0):\n    return ${call}.tolist()`,
        "from captum.attr import (FeatureAblation, GradientShap, InputXGradient, IntegratedGradients, NoiseTunnel, Occlusion, Saliency)",
      );
      const model = load({ handlerFile });
      const [[first]] = plainJson(model.insights(color, 4)) as number[][][];
      // The score of class 4 is linear: each red pixel has 4/16 of its value.
      const expected = 4 / 16 / (gradientOnly ? 1 : 255 / 250);
      if (!call.startsWith("GradientShap")) expect(first[0], call).to.be.closeTo(expected, 1e-5);
    }
  });

  it("reads what model file and handler import from the archive's other files, the model's own among them", () => {
    const split = load({
      model: SMALL.replace("from torch import nn", "from torch import nn\nfrom blocks import head").replace(
        "nn.Linear(3, 6)",
        "head()",
      ),
      files: {
        "blocks.py": "from torch import nn\n\ndef head():\n    return nn.Linear(3, 6)\n",
        "words.py": "def word(index):\n    return f'class {index}'\n",
      },
      handlerFile: vision(
        `def postprocess(self, data):
    assert isinstance(self.model, Small)
    return [word(i) for i in data.argmax(1).tolist()]`,
        "from net import Small\nfrom words import word",
      ),
    });
    const x = split.transform(color);
    const [{ answer, prediction }] = split.predict(x);
    expect(answer).to.equal(`class ${prediction}`);
    const whole = load({ handler: "base_handler" });
    expect(split.predict(x)[0].scores).to.deep.equal(whole.predict(x)[0].scores);
  });

  it("takes a module and a handler that are registered in TypeScript", () => {
    registerModule("Foreign", () => createMnistNet("torchserve"));
    registerHandler("own_handler", defineHandler({ postprocess: (output) => [argmax(output, 1).item()] }));
    const model = load({
      model: "import cuda_magic\nclass Foreign(cuda_magic.Module):\n    pass\n",
      handler: "own_handler",
      state: seededState(),
    });
    expect(model.input).to.deep.equal({ channels: 1, height: 28, width: 28 });
    expect(
      model.predict(model.transform(tensor([new Array(28).fill(new Array(28).fill(0)) as number[][]]))),
    ).to.have.length(1);
  });

  const refused: readonly (readonly [what: string, parts: Parts, says: RegExp])[] = [
    [
      "no model file",
      { handler: "base_handler", manifest: { modelFile: undefined } },
      /no model file.*TorchScript/,
    ],
    [
      "an unknown handler",
      { handler: "image_clasifier" },
      /no handler of that name.*did you mean "image_classifier"/,
    ],
    ["no handler", { manifest: { handler: undefined } }, /names no handler/],
    ["a runtime of native code", { handler: "base_handler", manifest: {} }, /LSP/],
    ["weights of another net", { handler: "base_handler", state: seededState() }, /fc\.weight/],
    ["a model file that is no Python", { model: "class (", handler: "base_handler" }, /net\.py:1/],
    [
      "a model without a class",
      { model: "x = 1", handler: "base_handler" },
      /net\.py has no class that inherits/,
    ],
    [
      "a handler function",
      { handlerFile: "def handle(data, context):\n    return data\n" },
      /own\.py: the function handle/,
    ],
    [
      "a handler without a class",
      { handlerFile: "x = 1\n" },
      /expected one class below BaseHandler.*got none/,
    ],
    [
      "a handler with its own handle",
      { handlerFile: vision("def handle(self, data, context):\n    return data") },
      /overrides handle\(\)/,
    ],
    [
      "a handler that starts programs",
      {
        handlerFile: vision(
          "def postprocess(self, data):\n    return subprocess.run(['ls'])",
          "import subprocess",
        ),
      },
      /own\.py:\d+:\d+: .*subprocess/,
    ],
    [
      "a handler that reads files",
      { handlerFile: vision("def initialize(self, context):\n    self.x = open('/etc/passwd').read()") },
      /own\.py:\d+/,
    ],
  ];
  for (const [what, parts, says] of refused) {
    it(`is refused with ${what}`, () => {
      const bytes =
        says.source === "LSP"
          ? writeZip([
              {
                name: "MAR-INF/MANIFEST.json",
                bytes: Buffer.from(
                  JSON.stringify({
                    runtime: "LSP",
                    model: { modelName: "m", modelVersion: "1", handler: "H" },
                  }),
                ),
              },
            ])
          : mar(parts);
      expect(() => loadArchiveBytes(bytes)).to.throw(CandilError, says);
    });
  }

  it("tells in which line a handler fails, and what it should have returned", () => {
    const failing = load({
      handlerFile: vision("def postprocess(self, data):\n    return data.tolist()[7]"),
    });
    expect(() => failing.predict(failing.transform(color))).to.throw(
      CandilError,
      /own\.py:\d+:\d+: .*index out of range/,
    );
    const wrong = load({ handlerFile: vision("def postprocess(self, data):\n    return [data]") });
    expect(() => wrong.predict(wrong.transform(color))).to.throw(
      CandilError,
      /which is no JSON; call \.tolist\(\)/,
    );
    const single = load({ handlerFile: vision("def postprocess(self, data):\n    return 'one'") });
    expect(() => single.predict(single.transform(color))).to.throw(
      CandilError,
      /expected a list with one entry/,
    );
  });

  it("is told from weights by loadModel", async () => {
    const model = await loadModel(mar({ handler: "base_handler" }), { name: "other" });
    expect([model.name, model.version]).to.deep.equal(["other", "3.0"]);
  });
});

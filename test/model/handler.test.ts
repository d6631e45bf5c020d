import { expect } from "chai";
import { ArgumentError, ShapeError } from "../../src/errors.ts";
import { baseHandler, imageClassifier, mnistHandler, topClasses } from "../../src/model/built-in-handlers.ts";
import { defineHandler } from "../../src/model/handler.ts";
import { handlerNamed, registerHandler, unknownHandler } from "../../src/model/handlers.ts";
import type { Handler } from "../../src/model/handler.ts";
import { floats, plainJson } from "../../src/model/json-value.ts";
import { Model } from "../../src/model/model.ts";
import type { ModelSpec } from "../../src/model/model.ts";
import { kindOfOutput } from "../../src/model/outputs.ts";
import { adaptiveAvgPool2d, flatten, logSoftmax, mul, softmax } from "../../src/ops/index.ts";
import { handlerAnswer } from "../../src/server/answer/python-json.ts";
import { tensor } from "../../src/tensor/creation.ts";
import type { Tensor } from "../../src/tensor/tensor.ts";
import { Image } from "../../src/vision/image.ts";

/** Scores are the means of the channels, times ten, of pictures of any size. */
const means = (x: Tensor): Tensor => mul(flatten(adaptiveAvgPool2d(x, 1), 1), 10);

const modelOf = (handler: Handler, more: Partial<ModelSpec> = {}): Model =>
  new Model({
    name: "colors",
    description: "for tests",
    forward: means,
    input: { channels: 3, height: -1, width: -1 },
    handler,
    classes: ["red", "green", "blue"],
    ...more,
  });

const red = new Image(
  2,
  2,
  "RGB",
  Uint8Array.from({ length: 12 }, (_, i) => (i % 3 === 0 ? 255 : 51)),
);
const scale = defineHandler({
  imageProcessing: (image) => tensor([0, 1, 2].map((c) => [[image.data[c] / 255, image.data[c] / 255]])),
});

describe("A handler", () => {
  it("is, without hooks, TorchServe's BaseHandler: numbers in, lists out", () => {
    const model = modelOf(baseHandler);
    const x = model.transform(tensor([[[1]], [[2]], [[3]]]));
    expect(handlerAnswer(model.predict(x)[0].answer)).to.equal("[\n  10.0,\n  20.0,\n  30.0\n]");
    expect(() => model.transform(red)).to.throw(ArgumentError, /takes numbers, not pictures/);
  });

  it("may replace any of the steps", () => {
    const handler = defineHandler({
      preprocess: () => tensor([[[[1]], [[0]], [[0]]]]),
      inference: (batch, { forward }) => mul(forward(batch), -1),
      postprocess: (output, { modelName, labels }) => [`${modelName} ${output.data[0]} ${labels?.get("0")}`],
    });
    const model = modelOf(handler, { labels: new Map([["0", "first"]]) });
    const [{ answer, prediction }] = model.predict(model.transform(red));
    expect(answer).to.equal("colors -10 first");
    expect(prediction).to.equal(0);
    expect(handlerAnswer(answer)).to.equal("colors -10 first");
  });

  it("is initialised once, with what it may use", () => {
    const seen: unknown[] = [];
    modelOf(defineHandler({ initialize: ({ config }) => seen.push(config.get("threshold")) }), {
      config: new Map([["threshold", 0.5]]),
    });
    expect(seen).to.deep.equal([0.5]);
  });

  it("must answer each row", () => {
    const model = modelOf(defineHandler({ postprocess: () => [1, 2] }));
    expect(() => model.predict(tensor([[[[1]], [[0]], [[0]]]]))).to.throw(
      ArgumentError,
      "number of batch response mismatched, expect: 1, got: 2",
    );
  });

  it("may explain in its own way", () => {
    const own = modelOf(
      defineHandler({
        ...scale,
        explain: null,
        getInsights: (batch, target) => [floats([target, batch.numel()])],
      }),
    );
    expect(own.hasInsights).to.equal(true);
    expect(plainJson(own.insights(red, 2))).to.deep.equal([2, 6]);
    const usual = modelOf(scale);
    expect(usual.hasInsights).to.equal(false);
    expect(() => usual.insights(red, 0)).to.throw(ArgumentError, /does not explain by itself/);
  });

  it("is found by its name", () => {
    registerHandler("test_handler", scale);
    expect(handlerNamed("test_handler")).to.equal(scale);
    expect(handlerNamed("image_classifier")).to.equal(imageClassifier);
    expect(handlerNamed("toString")).to.equal(undefined);
    expect(unknownHandler("image_clasifier").message).to.match(
      /known are base_handler, image_classifier, .*did you mean "image_classifier"\?/,
    );
  });
});

describe("image_classifier", () => {
  it("answers the five likeliest classes by name, highest first", () => {
    const scores = tensor([[0, 3, 1, 5, 2, 4]]);
    const labels = new Map([..."abcdef"].map((name, i) => [String(i), name]));
    const [named] = topClasses(scores, labels, 5);
    expect([...(named as ReadonlyMap<string, unknown>).keys()]).to.deep.equal(["d", "f", "b", "e", "c"]);
    const [plain] = topClasses(scores, null, 5);
    expect(handlerAnswer(plain)).to.match(/^\{\n {2}"3": 0\.633\d+,\n {2}"5": 0\.233\d+,\n {2}"1": /);
  });

  it("is refused for fewer than five classes, and for a class without a name", () => {
    expect(() => topClasses(tensor([[1, 2, 3]]), null, 5)).to.throw(ArgumentError, /this model knows 3/);
    expect(() => topClasses(tensor([[1, 2, 3]]), new Map([["0", "a"]]), 3)).to.throw(/no name for class 2/);
  });

  it("cuts pictures to 224 × 224", () => {
    const wide = new Image(300, 260, "RGB", new Uint8Array(3 * 300 * 260).fill(124));
    expect(modelOf(imageClassifier).transform(wide).shape).to.deep.equal([1, 3, 224, 224]);
  });
});

describe("A model of any scores", () => {
  it("knows logits, log-probabilities and probabilities by their numbers", () => {
    expect(kindOfOutput([[1, -2, 3]])).to.equal("logits");
    expect(kindOfOutput([[0.25, 0.75]])).to.equal("probabilities");
    expect(kindOfOutput([[Math.log(0.25), Math.log(0.75)]])).to.equal("log-probabilities");
    expect(kindOfOutput([[1]])).to.equal("logits");
  });

  it("gives the same probabilities for all three, and logits only where they are known", () => {
    const x = modelOf(scale).transform(red);
    const expected = modelOf(scale).classify(x)[0].scores;
    const log = modelOf(scale, { forward: (y) => logSoftmax(means(y), 1) });
    const prob = modelOf(scale, { forward: (y) => softmax(means(y), 1) });
    for (const model of [log, prob]) {
      model.classify(x)[0].scores.forEach((score, i) => expect(score).to.be.closeTo(expected[i], 1e-6));
      expect(() => model.explain(x, { target: 0, output: "logit" })).to.throw(
        ArgumentError,
        /its logits are not known; take output "forward" or "prob"/,
      );
    }
    expect(modelOf(scale).logits(x).data).to.deep.equal(modelOf(scale).forward(x).data);
  });

  it("explains inputs of any size, black ones of the same size", () => {
    const model = modelOf(scale);
    const x = tensor([[[[1, 0]], [[0, 0]], [[0, 0]]]]);
    const [{ attributions, convergenceDelta }] = model.explain(x, { target: 0, baseline: "black" });
    expect(attributions.shape).to.deep.equal([3, 1, 2]);
    expect(attributions.data[0]).to.be.closeTo(5, 1e-5);
    expect(convergenceDelta).to.be.closeTo(0, 1e-5);
    for (const method of ["occlusion", "saliency"] as const) {
      expect(model.attribute(x, { target: 0, method })[0].shape).to.deep.equal([3, 1, 2]);
    }
  });

  it("names what it takes when something else comes", () => {
    const model = modelOf(baseHandler);
    expect(() => model.transform(tensor([[[1]]]))).to.throw(ShapeError, /takes tensors \[3, -1, -1\]/);
    const odd = modelOf(mnistHandler);
    expect(() => odd.transform(new Image(2, 2, "L", new Uint8Array(4)))).to.throw(
      ShapeError,
      /3 channels, any x any; got 1 channel, 2 x 2/,
    );
    const cube = modelOf(baseHandler, { forward: (x) => x });
    expect(() => cube.classify(tensor([[[[1]], [[1]], [[1]]]]))).to.throw(
      ShapeError,
      /expected scores \[N, classes\]/,
    );
  });
});

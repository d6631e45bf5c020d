import { expect } from "chai";
import { IntegratedGradients } from "../../src/attribution/index.ts";
import { writeJson, writePt, writeSafetensors } from "../../src/checkpoint/index.ts";
import { ArgumentError, IndexRangeError, ShapeError, StateDictError } from "../../src/errors.ts";
import { explainMethods, MAX_STEPS } from "../../src/model/explain-options.ts";
import type { ExplainOptions } from "../../src/model/explain-options.ts";
import { loadModel } from "../../src/model/load.ts";
import { Model } from "../../src/model/model.ts";
import { decodeImage } from "../../src/node/image.ts";
import { ones, zeros } from "../../src/tensor/creation.ts";
import { Tensor } from "../../src/tensor/tensor.ts";
import { Image } from "../../src/vision/image.ts";
import { digitPng } from "../support/png.ts";
import { quickMnist, quickMnistSpec, seededMnist, seededState } from "../support/mnist.ts";

const mnist = seededMnist();
const x = mnist.transform(decodeImage(digitPng(5)));

/** Pictures one after the other as one batch. */
function batchOf(tensors: readonly Tensor[]): Tensor<"float32"> {
  const data = Float32Array.from(tensors.flatMap((tensor) => [...tensor.data]));
  return new Tensor(data, [tensors.length, 1, 28, 28], "float32");
}

function total(tensor: Tensor): number {
  let sum = 0;
  for (const value of tensor.data) sum += value;
  return sum;
}

describe("A model's transform", () => {
  it("scales and normalises a picture as in training, one of a batch", () => {
    const picture = new Image(28, 28, "L", new Uint8Array(784).fill(255));
    const { shape, data } = mnist.transform(picture);
    expect(shape).to.deep.equal([1, 1, 28, 28]);
    // (1 - 0.1307) / 0.3081 in float32, as torchvision computes it.
    const mean = Math.fround(0.1307);
    expect(data[0]).to.equal(Math.fround(Math.fround(1 - mean) / Math.fround(0.3081)));
  });

  it("takes tensors as they are, with or without a batch of one, in any float type", () => {
    for (const tensor of [ones([1, 28, 28]), ones([1, 1, 28, 28]), ones([1, 28, 28], { dtype: "float64" })]) {
      const { shape, dtype, data } = mnist.transform(tensor);
      expect([shape, dtype, data[783]]).to.deep.equal([[1, 1, 28, 28], "float32", 1]);
    }
  });

  it("says what it takes and what it got", () => {
    const rgb = new Image(30, 32, "RGB", new Uint8Array(30 * 32 * 3));
    expect(() => mnist.transform(rgb)).to.throw(
      ShapeError,
      "mnist takes pictures of 1 channel, 28 x 28; got 3 channels, 32 x 30",
    );
    expect(() => mnist.transform(zeros([2, 1, 28, 28]))).to.throw(
      ShapeError,
      "mnist takes tensors [1, 28, 28], got [2, 1, 28, 28]",
    );
    expect(() => mnist.predict(zeros([1, 28, 28]))).to.throw(ShapeError, "expected a batch [N, C, H, W]");
  });

  it("refuses palette pictures, whose numbers are not greys", () => {
    const palette = new Image(28, 28, "P", new Uint8Array(784), new Uint8Array(6));
    expect(() => mnist.transform(palette)).to.throw(ArgumentError, "palette picture");
  });
});

describe("A model's predictions", () => {
  it("are probabilities, and their first maximum", () => {
    const [{ prediction, scores }] = mnist.predict(x);
    expect(scores.reduce((sum, score) => sum + score, 0)).to.be.closeTo(1, 1e-6);
    expect(prediction).to.equal(scores.indexOf(Math.max(...scores)));
  });

  it("are the same for a picture alone and in a batch", () => {
    const other = mnist.transform(decodeImage(digitPng(9)));
    expect(mnist.predict(batchOf([x, other]))).to.deep.equal([...mnist.predict(x), ...mnist.predict(other)]);
  });

  it("differ between the two nets with the same weights", () => {
    expect(seededMnist({ net: "examples" }).predict(x)).not.to.deep.equal(mnist.predict(x));
  });
});

describe("A model's explanations", () => {
  it("are those of Integrated Gradients on its bound forward", () => {
    const { forward } = mnist;
    const expected = new IntegratedGradients(forward).attribute(x, { target: 3, nSteps: 15 });
    expect(mnist.attribute(x, { target: 3 })[0].data).to.deep.equal(expected.data);
  });

  it("choose a class for each picture of a batch: one for all, a list, or the predicted ones", () => {
    const batch = batchOf([x, zeros([1, 28, 28])]);
    const targetsOf = (target: ExplainOptions["target"]): number[] =>
      mnist.explain(batch, { target, nSteps: 2 }).map((explanation) => explanation.target);
    expect(targetsOf(4)).to.deep.equal([4, 4]);
    expect(targetsOf([-1, 2])).to.deep.equal([9, 2]);
    expect(targetsOf("predicted")).to.deep.equal(mnist.predict(batch).map(({ prediction }) => prediction));
  });

  for (const output of ["forward", "logit", "prob"] as const) {
    it(`sum to the change of the ${output}`, () => {
      const [explanation] = mnist.explain(x, { target: 1, nSteps: 30, output });
      const value = { forward: mnist.forward, logit: mnist.logits, prob: mnist.probabilities }[output];
      const change = value(x).data[1] - value(zeros([1, 1, 28, 28])).data[1];
      expect(total(explanation.attributions)).to.be.closeTo(change, 0.02);
      expect(explanation.convergenceDelta).to.be.closeTo(total(explanation.attributions) - change, 1e-6);
    });
  }

  it("begin at zero, a number, or black, which is the transform of an all-black picture", () => {
    const black = mnist.black();
    expect(black.data).to.deep.equal(mnist.transform(new Image(28, 28, "L", new Uint8Array(784))).data);
    const dark = black.data[0];
    const fromBlack = mnist.attribute(x, { target: 0, baseline: "black" })[0];
    const fromNumber = mnist.attribute(x, { target: 0, baseline: dark })[0];
    expect(fromBlack.data).to.deep.equal(fromNumber.data);
    expect(fromBlack.data).not.to.deep.equal(mnist.attribute(x, { target: 0, baseline: "zero" })[0].data);
  });

  for (const method of explainMethods) {
    it(`come by ${method}, the same each time`, () => {
      const quick = quickMnist();
      const options: ExplainOptions = { target: 2, method, nSteps: 3 };
      const [first] = quick.explain(x, options);
      expect(first.attributions.shape).to.deep.equal([1, 28, 28]);
      expect(first.attributions.data.every(Number.isFinite)).to.equal(true);
      expect(quick.attribute(x, options)[0].data).to.deep.equal(first.attributions.data);
      expect(first.method).to.equal(method);
    });
  }

  it("take any class that the output has where the number of classes is not known beforehand", () => {
    const model = new Model({ ...quickMnistSpec(), classes: [] });
    const known = quickMnist();
    const [map] = model.attribute(x, { target: -1, method: "saliency" });
    expect(map.data).to.deep.equal(known.attribute(x, { target: 9, method: "saliency" })[0].data);
    expect(() => model.attribute(x, { target: 10, method: "saliency" })).to.throw(/10/);
  });

  it("are refused with the option, its limits and what came", () => {
    const refused: readonly (readonly [ExplainOptions, new (message: string) => Error, RegExp])[] = [
      [{ target: 10 }, IndexRangeError, /target 10 is out of range: the model has 10 classes, 0 to 9/],
      [{ target: 0.5 }, ArgumentError, /target must be an integer or "predicted", got 0.5/],
      [{ target: [1, 2] }, ArgumentError, /one class for each of the 1 examples, got 2/],
      [
        { target: 0, nSteps: MAX_STEPS + 1 },
        ArgumentError,
        /n_steps must be an integer from 1 to 10000, got 10001/,
      ],
      [{ target: 0, nSteps: 1, method: "riemann_left" }, ArgumentError, /n_steps must be an integer from 2/],
      [{ target: 0, internalBatchSize: 0 }, ArgumentError, /internal_batch_size/],
      [
        { target: 0, baseline: NaN },
        ArgumentError,
        /baseline must be a finite number, "zero" or "black", got NaN/,
      ],
    ];
    for (const [options, kind, says] of refused) {
      expect(() => mnist.attribute(x, options)).to.throw(kind, says);
    }
  });

  it("can be followed, and ended by an error", () => {
    const seen: number[] = [];
    mnist.attribute(x, { target: 0, internalBatchSize: 5, onProgress: (done) => seen.push(done) });
    expect(seen).to.deep.equal([5, 10, 15]);
    const enough = (): void => {
      throw new RangeError("enough");
    };
    expect(() => mnist.attribute(x, { target: 0, onProgress: enough })).to.throw(RangeError, "enough");
  });
});

describe("Loading a model", () => {
  const state = seededState();
  const expected = mnist.predict(x);

  it("works from .pt, .safetensors and .json, with and without a .bin", async () => {
    const { json, bin } = writeJson(state, { bin: true });
    expect((await loadModel(writePt(state))).predict(x)).to.deep.equal(expected);
    expect((await loadModel(writeSafetensors(state))).predict(x)).to.deep.equal(expected);
    expect((await loadModel(Buffer.from(json), { bin })).predict(x)).to.deep.equal(expected);
  });

  it("takes name, version and net", async () => {
    const { name, version, description } = await loadModel(writePt(state), {
      name: "digits",
      version: "2",
      net: "examples",
    });
    expect([name, version, description]).to.deep.equal(["digits", "2", "the MNIST net of pytorch/examples"]);
  });

  it("lists what does not fit", async () => {
    const partial = new Map(state);
    partial.delete("fc2.bias");
    partial.set("fc2.bais", zeros([10]));
    const error = await loadModel(writePt(partial)).then(
      () => null,
      (reason: unknown) => reason,
    );
    expect(error).to.be.instanceOf(StateDictError);
    expect(String(error))
      .to.match(/fc2\.bias: missing/)
      .and.match(/did you mean fc2\.bias\?/);
  });
});

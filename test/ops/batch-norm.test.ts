import { expect } from "chai";
import { grad } from "../../src/autograd/grad.ts";
import { ArgumentError, ShapeError } from "../../src/errors.ts";
import { batchNorm, mul } from "../../src/ops/index.ts";
import { arange, ones, tensor, zeros } from "../../src/tensor/creation.ts";
import { Tensor } from "../../src/tensor/tensor.ts";
import { expectClose, float32Tolerance } from "../support/close.ts";
import { spreadTensor } from "../support/tensors.ts";

describe("batchNorm in training moves the running statistics to where PyTorch moves them", () => {
  const x = tensor([
    [1, 2, 3],
    [4, 6, 8],
    [-1, 0, 5],
  ]);
  const expected: readonly [number, number[], number[]][] = [
    [0.1, [1.0333333, 2.0666666, 3.2333331], [1.5333333, 1.3833334, 2.4333334]],
    [1, [1.3333334, 2.6666667, 5.3333335], [6.333333, 9.333334, 6.3333335]],
    [0, [1, 2, 3], [1, 0.5, 2]],
    [-1, [0.6666666, 1.3333333, 0.6666665], [-4.333333, -8.333334, -2.3333335]],
  ];
  for (const [momentum, mean, variance] of expected) {
    it(`with momentum ${momentum}`, () => {
      const runningMean = tensor([1, 2, 3]);
      const runningVar = tensor([1, 0.5, 2]);
      batchNorm(x, { runningMean, runningVar, training: true, momentum });
      expectClose(runningMean.data, mean, float32Tolerance, "mean");
      expectClose(runningVar.data, variance, float32Tolerance, "variance");
    });
  }

  it("over sequences, twice", () => {
    const squares = mul(new Tensor(arange(24).data, [2, 3, 4], "float32"), arange(24).data.length / 240);
    const x = mul(squares, new Tensor(arange(24).data, [2, 3, 4], "float32"));
    const runningMean = zeros([3]);
    const runningVar = ones([3]);
    for (let i = 0; i < 2; i++) batchNorm(x, { runningMean, runningVar, training: true });
    expectClose(runningMean.data, [1.7765001, 3.2205, 5.2725], float32Tolerance, "mean");
    expectClose(runningVar.data, [19.402313, 43.991573, 78.934196], float32Tolerance, "variance");
  });

  it("and leaves them alone for an empty batch and in evaluation", () => {
    const runningMean = tensor([1, 2, 3]);
    const runningVar = tensor([1, 0.5, 2]);
    batchNorm(zeros([0, 3]), { runningMean, runningVar, training: true });
    batchNorm(x, { runningMean, runningVar });
    expect(runningMean.toArray()).to.deep.equal([1, 2, 3]);
    expect(runningVar.toArray()).to.deep.equal([1, 0.5, 2]);
  });
});

describe("batchNorm", () => {
  it("normalises each channel to mean 0 and variance 1 in training", () => {
    const y = batchNorm(spreadTensor([4, 2, 5], 1, { dtype: "float64" }), { training: true, eps: 1e-300 });
    for (const c of [0, 1]) {
      const channel = Array.from(y.data).filter((_, i) => Math.floor(i / 5) % 2 === c);
      const mean = channel.reduce((sum, value) => sum + value, 0) / 20;
      const variance = channel.reduce((sum, value) => sum + (value - mean) ** 2, 0) / 20;
      expect(mean).to.be.closeTo(0, 1e-12);
      expect(variance).to.be.closeTo(1, 1e-12);
    }
  });

  it("takes the gradient at the statistics of its own call, whatever happens to them later", () => {
    const x = spreadTensor([3, 2], 1, { requiresGrad: true });
    const weight = ones([2], { requiresGrad: true });
    const statistics = { runningMean: tensor([1, 2]), runningVar: tensor([4, 9]) };
    const y = batchNorm(x, { ...statistics, weight });
    const dy = spreadTensor([3, 2], 2);
    const before = grad([y], [x, weight], { gradOutputs: [dy] }).map((g) => g.toArray());
    batchNorm(x, { ...statistics, training: true, momentum: 1 });
    expect(grad([y], [x, weight], { gradOutputs: [dy] }).map((g) => g.toArray())).to.deep.equal(before);
  });
});

describe("batchNorm refuses", () => {
  const x = zeros([2, 3]);
  const statistics = { runningMean: zeros([3]), runningVar: ones([3]) };

  it("an input without channels", () => {
    expect(() => batchNorm(zeros([3]), statistics)).to.throw(
      ShapeError,
      "batchNorm: expected an input [N, C] or [N, C, ...] of more dimensions, got [3]",
    );
  });

  it("one value in each channel in training", () => {
    for (const shape of [
      [1, 3],
      [1, 3, 1, 1],
    ]) {
      expect(() => batchNorm(zeros(shape), { training: true })).to.throw(
        ArgumentError,
        `batchNorm: training needs more than one value in each channel, got [${shape.join(", ")}]; ` +
          "give a larger batch, or evaluate",
      );
    }
  });

  it("evaluation without running statistics, or only one of them", () => {
    const message =
      "batchNorm: expected runningMean and runningVar; only training can do without, and then without both";
    expect(() => batchNorm(x)).to.throw(ArgumentError, message);
    expect(() => batchNorm(x, { runningMean: zeros([3]), training: true })).to.throw(ArgumentError, message);
  });

  it("a parameter of another size", () => {
    for (const name of ["runningMean", "runningVar", "weight", "bias"]) {
      expect(() => batchNorm(x, { ...statistics, [name]: zeros([4]) })).to.throw(
        ShapeError,
        `batchNorm: expected ${name} [3] for an input [2, 3], got [4]`,
      );
    }
  });

  it("an eps that does not keep the divisor from 0", () => {
    expect(() => batchNorm(x, { training: true, eps: 0 })).to.throw(
      ArgumentError,
      "batchNorm: expected eps > 0 in training, got 0",
    );
    expect(() => batchNorm(x, { ...statistics, eps: -1 })).to.throw(
      ArgumentError,
      "batchNorm: expected eps >= 0, got -1",
    );
  });
});

import { expect } from "chai";
import * as nn from "../../src/nn/index.ts";
import { mul, add } from "../../src/ops/index.ts";
import { Tensor } from "../../src/tensor/tensor.ts";
import { expectClose, float32Tolerance } from "../support/close.ts";
import { readFixture } from "../support/fixtures.ts";
import { ramp } from "./ramp.ts";

interface LayerFixture {
  readonly layers: Readonly<
    Record<
      string,
      {
        readonly repr: string;
        readonly shape: readonly number[];
        readonly y: readonly number[];
        readonly dx: readonly number[];
        readonly grads: readonly (readonly number[])[];
      }
    >
  >;
  readonly statistics: Readonly<
    Record<
      string,
      { readonly buffers: Readonly<Record<string, readonly number[]>>; readonly y: readonly number[] }
    >
  >;
}

const fixture = readFixture<LayerFixture>("nn.json");

/** One layer for each entry of the fixture, under its name. */
const layers: Readonly<Record<string, () => nn.Module>> = {
  ReLU: () => new nn.ReLU(),
  ReLU6: () => new nn.ReLU6(),
  LeakyReLU: () => new nn.LeakyReLU(0.2),
  ELU: () => new nn.ELU(0.5),
  GELU: () => new nn.GELU(),
  "GELU tanh": () => new nn.GELU("tanh"),
  Softplus: () => new nn.Softplus(2, 10),
  SiLU: () => new nn.SiLU(),
  Hardswish: () => new nn.Hardswish(),
  Hardsigmoid: () => new nn.Hardsigmoid(),
  Sigmoid: () => new nn.Sigmoid(),
  Tanh: () => new nn.Tanh(),
  Softmax: () => new nn.Softmax(1),
  LogSoftmax: () => new nn.LogSoftmax(-1),
  Flatten: () => new nn.Flatten(),
  "Flatten 0 1": () => new nn.Flatten(0, 1),
  Unflatten: () => new nn.Unflatten(1, [2, 2]),
  Identity: () => new nn.Identity(),
  ZeroPad2d: () => new nn.ZeroPad2d([1, 2, 0, 1]),
  ReflectionPad2d: () => new nn.ReflectionPad2d(2),
  ReplicationPad2d: () => new nn.ReplicationPad2d([1, 0, 2, 1]),
  CircularPad2d: () => new nn.CircularPad2d(1),
  ConstantPad2d: () => new nn.ConstantPad2d(1, 3.5),
  Upsample: () => new nn.Upsample({ scaleFactor: 2, mode: "bilinear" }),
  "Upsample size": () => new nn.Upsample({ size: [7, 9] }),
  MaxPool2d: () => new nn.MaxPool2d(2),
  "MaxPool2d all": () => new nn.MaxPool2d([3, 2], { stride: [1, 2], padding: [1, 0], ceilMode: true }),
  AvgPool2d: () => new nn.AvgPool2d(2, { padding: 1 }),
  "AvgPool2d pair": () => new nn.AvgPool2d([3, 2], { stride: 1 }),
  AdaptiveAvgPool2d: () => new nn.AdaptiveAvgPool2d(2),
  "AdaptiveAvgPool2d pair": () => new nn.AdaptiveAvgPool2d([null, 3]),
  Dropout: () => new nn.Dropout().eval(),
  Dropout2d: () => new nn.Dropout2d(0.25).eval(),
  Linear: () => new nn.Linear(5, 3),
  "Linear no bias": () => new nn.Linear(5, 3, { bias: false }),
  Conv2d: () => new nn.Conv2d(4, 6, 3),
  "Conv2d same": () => new nn.Conv2d(4, 2, [2, 3], { padding: "same" }),
  "Conv2d grouped": () =>
    new nn.Conv2d(4, 6, 3, { stride: 2, padding: [1, 2], dilation: [1, 2], groups: 2, bias: false }),
  "Conv2d reflect": () => new nn.Conv2d(4, 2, 3, { padding: [1, 2], paddingMode: "reflect" }),
  "Conv2d replicate": () =>
    new nn.Conv2d(4, 2, 3, { padding: "same", dilation: 2, paddingMode: "replicate" }),
  "Conv2d circular": () => new nn.Conv2d(4, 2, [2, 4], { padding: "same", paddingMode: "circular" }),
  BatchNorm2d: () => new nn.BatchNorm2d(4),
  "BatchNorm2d plain": () => new nn.BatchNorm2d(4, { affine: false, trackRunningStats: false }),
  "BatchNorm2d eval": () => new nn.BatchNorm2d(4, { eps: 1e-3, bias: false }).eval(),
};

describe("layers compute, differentiate and print what PyTorch's do", () => {
  it("has a layer for every entry of the fixture", () => {
    expect(Object.keys(layers).sort()).to.deep.equal(Object.keys(fixture.layers).sort());
  });

  for (const [name, make] of Object.entries(layers)) {
    it(name, () => {
      const expected = fixture.layers[name];
      const layer = make();
      for (const parameter of layer.parameters()) parameter.copyFrom(ramp(...parameter.shape));
      const x = ramp(2, 4, 5, 5);
      x.requiresGrad = true;
      const y = layer.forward(x);
      expect(String(layer)).to.equal(expected.repr);
      expect(y.shape).to.deep.equal(expected.shape);
      expectClose(y.data, expected.y, float32Tolerance, "output");
      if (y !== x) y.backward(ramp(...y.shape));
      expectClose(x.grad?.data ?? ramp(...x.shape).data, expected.dx, float32Tolerance, "input gradient");
      layer.parameters().forEach((parameter, i) => {
        expectClose(parameter.grad?.data ?? [], expected.grads[i], float32Tolerance, `gradient ${i}`);
      });
    });
  }
});

describe("batch normalisation keeps PyTorch's statistics", () => {
  const cases: Readonly<Record<string, readonly [nn.Module, readonly number[]]>> = {
    BatchNorm2d: [new nn.BatchNorm2d(3), [2, 3, 4, 4]],
    "BatchNorm2d cumulative": [new nn.BatchNorm2d(3, { momentum: null }), [2, 3, 4, 4]],
    BatchNorm1d: [new nn.BatchNorm1d(3, { momentum: 0.3 }), [6, 3]],
    "BatchNorm1d lengths": [new nn.BatchNorm1d(3), [4, 3, 5]],
  };
  for (const [name, [layer, shape]] of Object.entries(cases)) {
    it(`${name}, over three batches and then in evaluation`, () => {
      const expected = fixture.statistics[name];
      for (let k = 0; k < 3; k++) layer.forward(add(mul(ramp(...shape), k + 1), k));
      layer.eval();
      const y = layer.forward(ramp(...shape));
      expect(layer.namedBuffers().map(([key]) => key)).to.deep.equal(Object.keys(expected.buffers));
      for (const [key, buffer] of layer.namedBuffers()) {
        expectClose(Array.from(buffer.data, Number), expected.buffers[key], float32Tolerance, key);
      }
      expectClose(y.data, expected.y, float32Tolerance, "output");
    });
  }

  it("refuses inputs of another rank", () => {
    expect(() => new nn.BatchNorm2d(3).forward(ramp(2, 3))).to.throw(
      "BatchNorm2d: expected [N, C, H, W], got [2, 3]",
    );
    expect(() => new nn.BatchNorm1d(3).forward(ramp(2, 3, 4, 4))).to.throw("[N, C] or [N, C, L]");
  });
});

describe("dropout layers", () => {
  it("drop in training and pass everything in evaluation", () => {
    const layer = new nn.Dropout(0.5);
    const x = ramp(1, 1000);
    expect(layer.forward(x).data.filter((value) => value === 0).length).to.be.within(400, 600);
    expect(layer.eval().forward(x)).to.equal(x);
  });
});

describe("losses", () => {
  const scores = new Tensor(Float32Array.of(1, 2, 3, 0, 0, 1), [2, 3], "float32");

  it("take their options along", () => {
    const summed = new nn.CrossEntropyLoss({ reduction: "sum" }).forward(scores, [2, 0]).item();
    const mean = new nn.NLLLoss().forward(new nn.LogSoftmax(1).forward(scores), [2, 0]).item();
    expect(summed).to.be.closeTo(2 * mean, 1e-6);
    expect(new nn.MSELoss({ reduction: "sum" }).forward(scores, mul(scores, 0)).item()).to.equal(15);
    expect(new nn.BCEWithLogitsLoss().forward(mul(scores, 0), scores).item()).to.be.closeTo(Math.LN2, 1e-6);
  });
});

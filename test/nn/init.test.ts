import { expect } from "chai";
import { createMnistNet } from "../../src/model/mnist-net.ts";
import { Conv2d, init, Linear } from "../../src/nn/index.ts";
import type { Module } from "../../src/nn/index.ts";
import { Generator, manualSeed } from "../../src/tensor/random.ts";
import { zeros } from "../../src/tensor/creation.ts";
import type { AnyTensor, Tensor } from "../../src/tensor/tensor.ts";
import { readFixture } from "../support/fixtures.ts";

interface InitFixture {
  readonly initial: Readonly<
    Record<
      string,
      Readonly<Record<string, { shape: readonly number[]; first: readonly number[]; checksum: number }>>
    >
  >;
  readonly init: Readonly<Record<string, readonly number[]>>;
}

const fixture = readFixture<InitFixture>("nn.json");

describe("modules start with PyTorch's values, to the bit, for the same seed", () => {
  const makers: Readonly<Record<string, readonly [string, () => Module]>> = {
    "TorchServe's MNIST net": ["mnist", () => createMnistNet("torchserve")],
    "the MNIST net of pytorch/examples": ["mnist", () => createMnistNet("examples")],
    "a grouped convolution": ["conv", () => new Conv2d(6, 4, [3, 2], { groups: 2 })],
    "a linear layer": ["linear", () => new Linear(7, 5)],
  };
  for (const [name, [key, make]] of Object.entries(makers)) {
    it(name, () => {
      manualSeed(1);
      const state = [...make().stateDict()].map(([entry, tensor]) => [
        entry,
        { shape: tensor.shape, first: bitsOf(tensor).slice(0, 3), checksum: checksum(tensor) },
      ]);
      expect(Object.fromEntries(state)).to.deep.equal(fixture.initial[key]);
    });
  }
});

describe("initial values drawn by hand", () => {
  const exact: Readonly<Record<string, (x: Tensor, generator: Generator) => void>> = {
    kaimingUniform: (x, generator) => init.kaimingUniform(x, { generator }),
    "kaimingUniform fanOut": (x, generator) => init.kaimingUniform(x, { a: 0.2, mode: "fanOut", generator }),
    xavierUniform: (x, generator) => init.xavierUniform(x, 2, generator),
    uniform: (x, generator) => init.uniform(x, -2, 3, generator),
  };
  for (const [name, fill] of Object.entries(exact)) {
    it(`are PyTorch's to the bit: ${name}`, () => {
      expect(bitsOf(drawn(fill))).to.deep.equal(fixture.init[name]);
    });
  }

  const close: Readonly<Record<string, (x: Tensor, generator: Generator) => void>> = {
    kaimingNormal: (x, generator) => init.kaimingNormal(x, { generator }),
    xavierNormal: (x, generator) => init.xavierNormal(x, 1, generator),
    normal: (x, generator) => init.normal(x, 1, 0.1, generator),
  };
  for (const [name, fill] of Object.entries(close)) {
    it(`are within 1e-6 of PyTorch's, whose logarithm and cosine are vectorised: ${name}`, () => {
      const expected = new Float32Array(Uint32Array.from(fixture.init[name]).buffer);
      drawn(fill).data.forEach((value, i) => expect(value).to.be.closeTo(expected[i], 1e-6));
    });
  }

  it("are constants where that is asked", () => {
    expect([...init.ones(zeros([3])).data]).to.deep.equal([1, 1, 1]);
    expect([...init.zeros(init.constant(zeros([2]), 7)).data]).to.deep.equal([0, 0]);
  });

  it("need a weight of two dimensions to know how many inputs there are", () => {
    expect(() => init.kaimingUniform(zeros([3]))).to.throw("at least two dimensions, got [3]");
  });
});

function drawn(fill: (x: Tensor, generator: Generator) => void): Tensor<"float32"> {
  const x = zeros([8, 6, 3, 3]);
  fill(x, new Generator(3));
  return x;
}

function bitsOf({ data }: AnyTensor): number[] {
  return [...new Uint32Array(data.buffer, data.byteOffset, data.length)];
}

/** As tools/nn_fixtures.py computes it. */
function checksum(x: AnyTensor): number {
  return bitsOf(x).reduce((sum, word, i) => sum + (((word % 65521) * ((i + 1) % 65521)) % 65521), 0);
}

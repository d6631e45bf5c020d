import { expect } from "chai";
import type { Tensor } from "../../src/tensor/tensor.ts";
import {
  bernoulli,
  defaultGenerator,
  fillNormal,
  fillUniform,
  Generator,
  manualSeed,
  rand,
  randint,
  randn,
  randperm,
} from "../../src/tensor/random.ts";
import { linspace, zeros } from "../../src/tensor/creation.ts";
import { readFixture } from "../support/fixtures.ts";

type FloatBits = readonly (number | string)[];

interface RandomFixture {
  readonly floats: Readonly<Record<string, FloatBits>>;
  readonly integers: Readonly<Record<string, readonly number[]>>;
  readonly after: Readonly<Record<string, FloatBits>>;
  readonly seeds: Readonly<Record<string, FloatBits>>;
}

const fixture = readFixture<RandomFixture>("random.json");

const filled = (x: Tensor, fill: (x: Tensor) => void): Tensor => {
  fill(x);
  return x;
};
const from = (seed: number): { generator: Generator } => ({ generator: new Generator(seed) });
const double = { dtype: "float64" } as const;

describe("random numbers are PyTorch's to the bit", () => {
  const draws: Readonly<Record<string, () => Tensor>> = {
    rand: () => rand([1300], from(0)),
    "rand float64": () => rand([20], { ...double, ...from(0) }),
    "uniform -0.1 0.3": () => filled(zeros([500]), (x) => fillUniform(x, -0.1, 0.3, new Generator(3))),
    "randn 15": () => randn([15], from(11)),
    bernoulli: () => bernoulli(linspace(0, 1, 64), new Generator(5)),
    "bernoulli float64": () => bernoulli(linspace(0, 1, 64).to("float64"), new Generator(5)),
  };
  for (const [name, draw] of Object.entries(draws)) {
    it(name, () => {
      expect(bitsOf(draw())).to.deep.equal(fixture.floats[name]);
    });
  }

  const integerDraws: Readonly<Record<string, () => Tensor<"int64">>> = {
    "randint 0 10": () => randint(0, 10, [30], new Generator(0)),
    "randint -5 2**32-5": () => randint(-5, 2 ** 32 - 5, [10], new Generator(0)),
    "randint 0 2**28-1": () => randint(0, 2 ** 28 - 1, [10], new Generator(0)),
    "randint 0 2**28": () => randint(0, 2 ** 28, [10], new Generator(0)),
    "randint 0 2**50": () => randint(0, 2 ** 50, [10], new Generator(0)),
    "randperm 50": () => randperm(50, from(1)),
    "randperm 60000": () => randperm(60000, from(1)),
  };
  for (const [name, draw] of Object.entries(integerDraws)) {
    it(name, () => {
      const expected = fixture.integers[name];
      expect(Array.from(draw().data.subarray(0, expected.length), Number)).to.deep.equal(expected);
    });
  }

  for (const [seed, bits] of Object.entries(fixture.seeds)) {
    it(`seed ${seed}, of which the low 32 bits count`, () => {
      const generator = seed === "default" ? new Generator() : new Generator(Number(seed));
      expect(bitsOf(rand([4], { generator }))).to.deep.equal(bits);
    });
  }
});

describe("normal numbers", () => {
  // PyTorch's vectorised logarithm, sine and cosine are a few units in the last place off; ours are rounded once.
  const vectorised: Readonly<Record<string, () => Tensor>> = {
    "randn 16": () => randn([16], from(11)),
    "randn 100": () => randn([100], from(12)),
    "normal 2 0.5": () => filled(zeros([40]), (x) => fillNormal(x, 2, 0.5, new Generator(13))),
  };
  for (const [name, draw] of Object.entries(vectorised)) {
    it(`in float32 from 16 on are within 1e-6 of PyTorch's: ${name}`, () => {
      expect(largestDifference(draw(), fixture.floats[name])).to.be.below(1e-6);
    });
  }

  it("in float64 are within four units in the last place of PyTorch's", () => {
    for (const [name, count, seed] of [
      ["randn 15 float64", 15, 11],
      ["randn 100 float64", 100, 12],
    ] as const) {
      const x = randn([count], { ...double, ...from(seed) });
      expect(largestDifference(x, fixture.floats[name])).to.be.below(4 * 4 * Number.EPSILON);
    }
  });
});

describe("uniform numbers in float64", () => {
  it("are within a unit in the last place of PyTorch's, which fuses the multiplication with the addition", () => {
    const x = filled(zeros([20], double), (x) => fillUniform(x, -0.1, 0.3, new Generator(3)));
    expect(largestDifference(x, fixture.floats["uniform -0.1 0.3 float64"])).to.be.below(
      0.5 * Number.EPSILON,
    );
  });
});

describe("a draw leaves the stream where PyTorch leaves it", () => {
  const draws: Readonly<Record<string, (generator: Generator) => void>> = {
    "randn 7": (generator) => randn([7], { generator }),
    "randn 16": (generator) => randn([16], { generator }),
    "randn 20": (generator) => randn([20], { generator }),
    "randperm 10": (generator) => randperm(10, { generator }),
    "randint 3": (generator) => randint(0, 10, [3], generator),
    "bernoulli 3": (generator) => bernoulli(rand([3], from(0)), generator),
  };
  for (const [name, draw] of Object.entries(draws)) {
    it(`after ${name}`, () => {
      const generator = new Generator(7);
      draw(generator);
      expect(bitsOf(rand([1], { generator }))).to.deep.equal(fixture.after[name]);
    });
  }
});

describe("a generator", () => {
  it("continues from a saved state, a waiting normal number included", () => {
    const generator = new Generator(4);
    randn([7], { generator });
    const state = generator.getState();
    const expected = [...randn([5], { generator }).data, ...rand([700], { generator }).data];
    const other = new Generator(99).setState(state);
    expect([
      ...randn([5], { generator: other }).data,
      ...rand([700], { generator: other }).data,
    ]).to.deep.equal(expected);
  });

  it("forgets a waiting normal number when it is seeded anew", () => {
    const generator = new Generator(4);
    generator.normal();
    expect(generator.manualSeed(4).normal()).to.equal(new Generator(4).normal());
  });

  it("takes no state of another length", () => {
    expect(() => new Generator().setState({ words: new Uint32Array(3), nextNormal: null })).to.throw(
      "625 words",
    );
  });

  it("is asked by every function when none is named", () => {
    manualSeed(21);
    const first = rand([3]).data;
    expect([...rand([3], from(21)).data]).to.deep.equal([...first]);
    expect(defaultGenerator.getState().words).to.not.deep.equal(new Generator(21).getState().words);
  });

  it("refuses seeds that are no integers, empty ranges and permutations that PyTorch makes otherwise", () => {
    expect(() => new Generator(0.5)).to.throw("expected an integer");
    expect(() => randint(3, 3, [1])).to.throw("low < high");
    expect(() => randperm(2 ** 30)).to.throw("randperm");
  });
});

/** Bits of floats: numbers for float32, hexadecimal for float64, as tools/random_fixtures.py writes them. */
function bitsOf(x: Tensor): (number | string)[] {
  if (x.data instanceof Float32Array)
    return [...new Uint32Array(x.data.buffer, x.data.byteOffset, x.data.length)];
  const words = new BigUint64Array(x.data.buffer, x.data.byteOffset, x.data.length);
  return Array.from(words, (word) => word.toString(16).padStart(16, "0"));
}

function largestDifference(x: Tensor, bits: FloatBits): number {
  const expected =
    x.dtype === "float32"
      ? new Float32Array(Uint32Array.from(bits, Number).buffer)
      : new Float64Array(BigUint64Array.from(bits, (text) => BigInt(`0x${text}`)).buffer);
  return Math.max(...x.data.map((value, i) => Math.abs(value - expected[i])));
}

import { expect } from "chai";
import { ArgumentError, ShapeError } from "../../src/errors.ts";
import { dropout, dropout2d, sum } from "../../src/ops/index.ts";
import type { UniformSource } from "../../src/ops/index.ts";
import { ones, zeros } from "../../src/tensor/creation.ts";
import { Generator, manualSeed } from "../../src/tensor/random.ts";
import type { Tensor } from "../../src/tensor/tensor.ts";

/** Lehmer's generator with Park and Miller's constants: enough to count heads and tails. */
function lehmer(seed: number): UniformSource {
  let state = seed;
  return { uniform64: () => (state = (state * 48271) % 2147483647) / 2147483647 };
}

describe("dropout and dropout2d", () => {
  it("draw the masks that PyTorch 2.15 draws from seed 7, and leave the stream where PyTorch leaves it", () => {
    const generator = new Generator(7);
    const kept = (y: Tensor): number[] => Array.from(y.data, (value) => (value === 0 ? 0 : 1));
    expect(kept(dropout(ones([24]), { p: 0.25, generator }))).to.deep.equal([
      1, 1, 0, 1, 0, 0, 1, 1, 0, 0, 1, 1, 1, 1, 1, 0, 1, 0, 1, 0, 0, 0, 1, 1,
    ]);
    expect(kept(dropout2d(ones([2, 6, 1, 1]), { p: 0.4, generator }))).to.deep.equal([
      0, 0, 0, 0, 1, 0, 1, 1, 0, 0, 1, 1,
    ]);
    generator.manualSeed(7);
    dropout(ones([100_003]), { p: 0.25, generator });
    expect(generator.uniform()).to.equal(0.36133086681365967);
  });

  it("draw from the default generator unless told otherwise", () => {
    manualSeed(7);
    const first = dropout(ones([50])).toArray();
    expect(dropout(ones([50])).toArray()).not.to.deep.equal(first);
    manualSeed(7);
    expect(dropout(ones([50])).toArray()).to.deep.equal(first);
  });
});

describe("dropout", () => {
  it("drops a share of p and keeps the mean", () => {
    const count = 100_000;
    for (const p of [0.1, 0.5, 0.87]) {
      const y = dropout(ones([count]), { p, generator: lehmer(1) });
      const dropped = y.data.filter((value) => value === 0).length;
      // Five standard deviations of a binomial count.
      expect(dropped / count).to.be.closeTo(p, 5 * Math.sqrt((p * (1 - p)) / count));
      expect(new Set(y.data)).to.deep.equal(new Set([0, Math.fround(1 / Math.fround(1 - p))]));
    }
  });

  it("gives the same mask for the same source, and another one for the next call", () => {
    const x = ones([64]);
    const source = lehmer(7);
    const first = dropout(x, { generator: source });
    expect(dropout(x, { generator: lehmer(7) }).toArray()).to.deep.equal(first.toArray());
    expect(dropout(x, { generator: source }).toArray()).not.to.deep.equal(first.toArray());
  });

  it("sends the gradient through the very mask of the value", () => {
    const x = ones([200], { requiresGrad: true });
    const y = dropout(x, { p: 0.3, generator: lehmer(3) });
    sum(y).backward();
    expect(x.grad?.toArray()).to.deep.equal(y.toArray());
  });

  it("uses up no numbers, and gives the tensor itself back unless p is 1, when there is nothing to decide", () => {
    const x = ones([3]);
    const generator: UniformSource = {
      uniform64: () => {
        throw new Error("a number was used up");
      },
    };
    expect(dropout(x, { training: false, generator })).to.equal(x);
    expect(dropout(x, { p: 0, generator })).to.equal(x);
    expect(dropout(x, { p: 1, generator }).toArray()).to.deep.equal([0, 0, 0]);
    expect(dropout2d(ones([2, 3]), { training: false, generator }).toArray()).to.deep.equal(
      ones([2, 3]).toArray(),
    );
  });

  it("refuses a probability outside of [0, 1]", () => {
    for (const p of [-0.1, 1.1, NaN]) {
      const message = `dropout: expected a probability p in [0, 1], got ${p}`;
      expect(() => dropout(ones([2]), { p, training: false })).to.throw(ArgumentError, message);
    }
  });
});

describe("dropout2d", () => {
  it("drops whole channels, a share of p of them", () => {
    const channels = 4000;
    const y = dropout2d(ones([4, channels, 2, 2]), { p: 0.25, generator: lehmer(5) });
    let dropped = 0;
    for (let i = 0; i < y.data.length; i += 4) {
      expect(new Set(y.data.subarray(i, i + 4)).size).to.equal(1);
      if (y.data[i] === 0) dropped++;
    }
    const count = 4 * channels;
    expect(dropped / count).to.be.closeTo(0.25, 5 * Math.sqrt((0.25 * 0.75) / count));
  });

  it("takes an empty batch", () => {
    expect(dropout2d(zeros([0, 3, 2, 2]), { generator: lehmer(1) }).shape).to.deep.equal([0, 3, 2, 2]);
    expect(dropout2d(zeros([2, 3, 0, 2]), { generator: lehmer(1) }).shape).to.deep.equal([2, 3, 0, 2]);
  });

  it("refuses a vector", () => {
    expect(() => dropout2d(ones([4]))).to.throw(
      ShapeError,
      "dropout2d: expected an input of at least two dimensions, got [4]",
    );
  });
});

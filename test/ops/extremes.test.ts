import { expect } from "chai";
import { ArgumentError, ShapeError } from "../../src/errors.ts";
import { erf, erfc } from "../../src/kernels/reference/erf.ts";
import * as c from "../../src/ops/index.ts";
import { tensor, zeros } from "../../src/tensor/creation.ts";

describe("positions of extremes", () => {
  it("are int64 and require no gradient", () => {
    const x = tensor(
      [
        [1, 3],
        [4, 2],
      ],
      { requiresGrad: true },
    );
    const found = c.max(x, 1);
    expect(found.indices.dtype).to.equal("int64");
    expect(found.indices.toArray()).to.deep.equal([1, 0]);
    expect(c.argmax(x).requiresGrad).to.equal(false);
    expect(c.argmax(x).item()).to.equal(2);
  });

  it("have the shape of the values, kept or not", () => {
    const x = zeros([2, 3, 4]);
    expect(c.min(x, -2).indices.shape).to.deep.equal([2, 4]);
    expect(c.min(x, -2, { keepdim: true }).indices.shape).to.deep.equal([2, 1, 4]);
  });

  it("are the first among equals and the first NaN of several", () => {
    expect(c.argmax(tensor([1, 5, 5, 5])).item()).to.equal(1);
    expect(c.argmin(tensor([1, NaN, -5, NaN])).item()).to.equal(1);
  });
});

describe("the extreme of nothing", () => {
  const calls: Record<string, () => unknown> = {
    max: () => c.max(zeros([2, 0])),
    "max along a dimension": () => c.max(zeros([2, 0]), 1),
    amin: () => c.amin(zeros([2, 0]), 1),
    argmax: () => c.argmax(zeros([0])),
  };
  for (const [name, call] of Object.entries(calls)) {
    it(`is refused by ${name}`, () => {
      expect(call).to.throw(ShapeError, "has no entries to compare");
    });
  }

  it("is nothing where no extreme is asked for", () => {
    expect(c.amax(zeros([0, 3]), 1).shape).to.deep.equal([0]);
    expect(c.max(zeros([0, 3]), 1).values.shape).to.deep.equal([0]);
  });
});

describe("amax", () => {
  it("divides the gradient among several NaN, where PyTorch's becomes NaN", () => {
    const x = tensor([1, NaN, NaN], { requiresGrad: true });
    c.amax(x, 0).backward();
    expect(x.grad?.toArray()).to.deep.equal([0, 0.5, 0.5]);
  });
});

describe("clamp refuses", () => {
  it("to do without any bound, or with NaN", () => {
    expect(() => c.clamp(zeros([1]), null)).to.throw(ArgumentError, "got null and null");
    expect(() => c.clamp(zeros([1]), NaN, 1)).to.throw(ArgumentError, "got NaN and 1");
  });
});

describe("softplus refuses", () => {
  it("a beta of 0", () => {
    expect(() => c.softplus(zeros([1]), 0)).to.throw(ArgumentError, "beta other than 0, got 0");
  });
});

describe("gelu", () => {
  it("leaves +Infinity what it is", () => {
    expect(c.gelu(tensor([Infinity])).item()).to.equal(Infinity);
  });
});

describe("the error function", () => {
  // x, erf(x) and erfc(x) from the C library.
  const table: readonly (readonly [number, number, number])[] = [
    [1e-10, 1.1283791670955126e-10, 0.999999999887162],
    [0.1, 0.1124629160182849, 0.8875370839817152],
    [0.5, 0.5204998778130465, 0.4795001221869535],
    [1, 0.8427007929497149, 0.15729920705028513],
    [2, 0.9953222650189527, 0.004677734981047265],
    [2.4999, 0.9995928300996666, 0.0004071699003334514],
    [2.5, 0.999593047982555, 0.0004069520174449589],
    [3, 0.9999779095030014, 2.2090496998585438e-5],
    [5, 0.9999999999984626, 1.5374597944280351e-12],
    [10, 1.0, 2.088487583762545e-45],
    [26, 1.0, 5.663192408856143e-296],
  ];
  for (const [x, value, complement] of table) {
    it(`is right to 13 digits at ${x}`, () => {
      expect(erf(x)).to.be.closeTo(value, 1e-15 * Math.max(1, Math.abs(value)));
      expect(erfc(x) / complement).to.be.closeTo(1, 1e-12);
      expect(erf(-x)).to.equal(-erf(x));
    });
  }

  it("has its limits at the infinities and at NaN", () => {
    expect([erf(Infinity), erf(-Infinity), erfc(Infinity), erfc(-Infinity)]).to.deep.equal([1, -1, 0, 2]);
    expect(erf(NaN)).to.be.NaN;
    expect(Object.is(erf(-0), -0)).to.equal(true);
  });
});

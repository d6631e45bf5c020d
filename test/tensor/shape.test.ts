import { expect } from "chai";
import fc from "fast-check";
import { ArgumentError, IndexRangeError, nearestName, ShapeError } from "../../src/errors.ts";
import * as s from "../../src/tensor/shape.ts";

const seed = { seed: 20 };
const shapes = fc.array(fc.integer({ min: 0, max: 4 }), { maxLength: 5 });

/** A shape, and one that is made from it by dropping leading dimensions and setting others to 1. */
const stretchable = fc
  .array(fc.record({ size: fc.integer({ min: 0, max: 4 }), ones: fc.boolean() }), { maxLength: 5 })
  .chain((dims) => fc.nat(dims.length).map((dropped) => ({ dims, dropped })))
  .map(({ dims, dropped }) => ({
    out: dims.map((dim) => dim.size),
    shape: dims.slice(dropped).map((dim) => (dim.ones ? 1 : dim.size)),
  }));

describe("contiguousStrides", () => {
  it("count what lies behind each dimension", () => {
    expect(s.contiguousStrides([2, 3, 4])).to.deep.equal([12, 4, 1]);
    expect(s.contiguousStrides([])).to.deep.equal([]);
  });

  it("send the last index to the last element", () => {
    fc.assert(
      fc.property(
        shapes.filter((shape) => !shape.includes(0)),
        (shape) => {
          const strides = s.contiguousStrides(shape);
          const last = shape.reduce((place, size, d) => place + (size - 1) * strides[d], 0);
          expect(last).to.equal(s.elementCount(shape) - 1);
        },
      ),
      seed,
    );
  });
});

describe("broadcastShapes", () => {
  it("aligns at the last dimension", () => {
    expect(s.broadcastShapes("add", [4, 1, 3], [2, 1])).to.deep.equal([4, 2, 3]);
    expect(s.broadcastShapes("add", [], [2])).to.deep.equal([2]);
    expect(s.broadcastShapes("add", [0], [1])).to.deep.equal([0]);
  });

  it("gives a shape with itself, and with a scalar, back", () => {
    fc.assert(
      fc.property(shapes, (shape) => {
        expect(s.broadcastShapes("add", shape, shape)).to.deep.equal(shape);
        expect(s.broadcastShapes("add", shape, [])).to.deep.equal(shape);
      }),
      seed,
    );
  });

  it("does not depend on the order, whether it succeeds or refuses", () => {
    const attempt = (a: number[], b: number[]): number[] | null => {
      try {
        return s.broadcastShapes("add", a, b);
      } catch {
        return null;
      }
    };
    fc.assert(
      fc.property(shapes, shapes, (a, b) => {
        expect(attempt(a, b)).to.deep.equal(attempt(b, a));
      }),
      seed,
    );
  });

  it("stretches whatever differs only by ones and missing dimensions", () => {
    fc.assert(
      fc.property(stretchable, ({ out, shape }) => {
        expect(s.broadcastShapes("add", shape, out)).to.deep.equal(out);
      }),
      seed,
    );
  });

  it("names both shapes, the dimension and its sizes when they do not fit", () => {
    expect(() => s.broadcastShapes("add", [2, 3], [4, 3])).to.throw(
      ShapeError,
      "add: [2, 3] and [4, 3] do not broadcast: dimension -2 has sizes 2 and 4, expected equal sizes or a 1",
    );
  });
});

describe("broadcastStrides", () => {
  it("are 0 exactly where a dimension is stretched or new", () => {
    expect(s.broadcastStrides([3, 1], [2, 3, 4])).to.deep.equal([0, 1, 0]);
  });

  it("stay within the smaller tensor for every index of the larger", () => {
    fc.assert(
      fc.property(stretchable, ({ out, shape }) => {
        fc.pre(!out.includes(0));
        const strides = s.broadcastStrides(shape, out);
        const last = out.reduce((place, size, d) => place + (size - 1) * strides[d], 0);
        expect(last).to.equal(s.elementCount(shape) - 1);
      }),
      seed,
    );
  });
});

describe("normalizeDim and normalizeDims", () => {
  it("count from the end when negative", () => {
    expect(s.normalizeDim("sum", -1, 3)).to.equal(2);
    expect(s.normalizeDims("sum", [-1, 0], 3)).to.deep.equal([0, 2]);
  });

  it("mean every dimension by none", () => {
    expect(s.normalizeDims("sum", undefined, 2)).to.deep.equal([0, 1]);
    expect(s.normalizeDims("sum", [], 2)).to.deep.equal([0, 1]);
  });

  it("treat a scalar as if it had one dimension", () => {
    expect(s.normalizeDim("sum", -1, 0)).to.equal(0);
    expect(s.normalizeDims("sum", 0, 0)).to.deep.equal([]);
  });

  it("refuse what is out of range, not whole, or named twice", () => {
    expect(() => s.normalizeDim("sum", 2, 2)).to.throw(
      IndexRangeError,
      "sum: expected a dimension in [-2, 1] for a tensor of rank 2, got 2",
    );
    expect(() => s.normalizeDim("sum", 0.5, 2)).to.throw(IndexRangeError, "got 0.5");
    expect(() => s.normalizeDims("sum", [1, -1], 2)).to.throw(ArgumentError, "appears twice in [1, 1]");
  });
});

describe("sameShape", () => {
  it("compares ranks and sizes", () => {
    expect(s.sameShape([2, 3], [2, 3])).to.equal(true);
    expect(s.sameShape([2, 3], [2, 3, 1])).to.equal(false);
    expect(s.sameShape([], [1])).to.equal(false);
  });
});

describe("nearestName", () => {
  const known = ["conv1.weight", "conv1.bias", "fc1.weight"];

  it("finds what was probably meant", () => {
    expect(nearestName("conv1.wieght", known)).to.equal("conv1.weight");
    expect(nearestName("FC1.WEIGHT", known)).to.equal("fc1.weight");
  });

  it("finds nothing far away, or among nothing", () => {
    expect(nearestName("running_mean", known)).to.equal(null);
    expect(nearestName("a", [])).to.equal(null);
  });
});

import { expect } from "chai";
import { ArgumentError, ShapeError } from "../../src/errors.ts";
import * as t from "../../src/tensor/creation.ts";
import { dtypes } from "../../src/tensor/dtype.ts";

describe("tensor", () => {
  it("takes its shape from the nesting", () => {
    expect(t.tensor(3).shape).to.deep.equal([]);
    expect(t.tensor([1, 2]).shape).to.deep.equal([2]);
    expect(
      t.tensor([
        [[1], [2]],
        [[3], [4]],
        [[5], [6]],
      ]).shape,
    ).to.deep.equal([3, 2, 1]);
    expect(t.tensor([]).shape).to.deep.equal([0]);
    expect(t.tensor([[], []]).shape).to.deep.equal([2, 0]);
  });

  it("is float32 unless told otherwise, also of whole numbers", () => {
    expect(t.tensor([1, 2]).dtype).to.equal("float32");
    expect(t.tensor([1, 2], { dtype: "int64" }).toArray()).to.deep.equal([1, 2]);
    expect(t.tensor([true, false], { dtype: "bool" }).toArray()).to.deep.equal([1, 0]);
  });

  it("rounds to the dtype", () => {
    expect(t.tensor(0.1).item()).to.equal(Math.fround(0.1));
    expect(t.tensor(0.1, { dtype: "float64" }).item()).to.equal(0.1);
    expect(t.tensor([-1.9, 1.9], { dtype: "int64" }).toArray()).to.deep.equal([-1, 1]);
    expect(t.tensor([-1.9, 1.9], { dtype: "int32" }).toArray()).to.deep.equal([-1, 1]);
  });

  it("refuses rows that differ in length, or in depth", () => {
    expect(() => t.tensor([[1, 2], [3]])).to.throw(
      ShapeError,
      "expected 2 entries at depth 1, got a list of 1",
    );
    expect(() => t.tensor([[1], 2])).to.throw(ShapeError, "expected a list at depth 1, got 2");
    expect(() => t.tensor([1, [2]])).to.throw(ShapeError, "expected a number at depth 1, got a list of 1");
  });
});

describe("zeros, ones and full", () => {
  it("fill tensors of every dtype", () => {
    for (const dtype of dtypes) {
      expect(t.zeros([2], { dtype }).toArray()).to.deep.equal([0, 0]);
      expect(t.ones([2], { dtype }).toArray()).to.deep.equal([1, 1]);
      expect(t.full([1, 2], 1, { dtype }).dtype).to.equal(dtype);
    }
  });

  it("pass requiresGrad on", () => {
    expect(t.zeros([1], { requiresGrad: true }).requiresGrad).to.equal(true);
    expect(t.ones([1]).requiresGrad).to.equal(false);
  });

  it("take the shape and dtype of another, but not its history", () => {
    const x = t.full([2, 3], 7, { dtype: "float64", requiresGrad: true });
    expect(t.zerosLike(x).shape).to.deep.equal([2, 3]);
    expect(t.onesLike(x).dtype).to.equal("float64");
    expect(t.onesLike(x).requiresGrad).to.equal(false);
  });

  it("refuse sizes that are not whole, negative, or beyond counting", () => {
    expect(() => t.zeros([2, -1])).to.throw(ShapeError, "integers >= 0, got [2, -1]");
    expect(() => t.zeros([1.5])).to.throw(ShapeError, "got [1.5]");
    expect(() => t.zeros([2 ** 30, 2 ** 30])).to.throw(ShapeError, "more elements than a number can count");
  });
});

describe("fromData", () => {
  it("shares the array", () => {
    const data = Float32Array.of(1, 2, 3, 4);
    const x = t.fromData(data, [2, 2]);
    data[3] = 9;
    expect(x.toArray()).to.deep.equal([
      [1, 2],
      [3, 9],
    ]);
    expect(t.fromData(Float64Array.of(1), []).dtype).to.equal("float64");
  });

  it("refuses an array of another size", () => {
    expect(() => t.fromData(Float32Array.of(1, 2), [3])).to.throw(ShapeError, "[3] needs 3 elements, got 2");
  });
});

describe("arange", () => {
  it("counts below its end", () => {
    expect(t.arange(3).toArray()).to.deep.equal([0, 1, 2]);
    expect(t.arange(2, 5).toArray()).to.deep.equal([2, 3, 4]);
    expect(t.arange(5, 0, -2).toArray()).to.deep.equal([5, 3, 1]);
    expect(t.arange(0, 1, 0.25, { dtype: "float64" }).toArray()).to.deep.equal([0, 0.25, 0.5, 0.75]);
    expect(t.arange(0).toArray()).to.deep.equal([]);
  });

  it("refuses a step that leads away or nowhere", () => {
    expect(() => t.arange(0, 3, -1)).to.throw(ArgumentError, "a step of -1 does not lead from 0 to 3");
    expect(() => t.arange(0, 3, 0)).to.throw(ArgumentError, "a step of 0");
  });
});

describe("linspace", () => {
  it("includes both ends exactly", () => {
    const x = t.linspace(0.1, 0.7, 7, { dtype: "float64" });
    expect(x.data[0]).to.equal(0.1);
    expect(x.data[6]).to.equal(0.7);
    expect(t.linspace(0, 1, 5).toArray()).to.deep.equal([0, 0.25, 0.5, 0.75, 1]);
    expect(t.linspace(3, 9, 1).toArray()).to.deep.equal([3]);
  });
});

describe("eye", () => {
  it("has ones on the diagonal of any rectangle", () => {
    expect(t.eye(2).toArray()).to.deep.equal([
      [1, 0],
      [0, 1],
    ]);
    expect(t.eye(1, 3).toArray()).to.deep.equal([[1, 0, 0]]);
    expect(t.eye(2, 1).toArray()).to.deep.equal([[1], [0]]);
  });
});

import { expect } from "chai";
import { ArgumentError, ShapeError } from "../../src/errors.ts";
import { arange, tensor, zeros } from "../../src/tensor/creation.ts";
import { dtypes, isFloat, itemSize } from "../../src/tensor/dtype.ts";

describe("a tensor's sizes", () => {
  const x = zeros([2, 3, 4]);

  it("can be asked for all at once or one by one, from either end", () => {
    expect(x.size()).to.deep.equal([2, 3, 4]);
    expect(x.size(1)).to.equal(3);
    expect(x.size(-1)).to.equal(4);
    expect(x.ndim).to.equal(3);
    expect(x.numel()).to.equal(24);
    expect(tensor(5).numel()).to.equal(1);
  });

  it("are refused for a dimension that is not there", () => {
    expect(() => x.size(3)).to.throw(ShapeError, "size: [2, 3, 4] has no dimension 3");
    expect(() => x.size(0.5)).to.throw(ShapeError, "no dimension 0.5");
  });

  it("are frozen, and not those of the caller's array", () => {
    const shape = [2];
    const y = zeros(shape);
    shape[0] = 7;
    expect(y.shape).to.deep.equal([2]);
    expect(Object.isFrozen(y.shape)).to.equal(true);
  });
});

describe("item", () => {
  it("is the number in a tensor of one element, whatever its shape and dtype", () => {
    expect(tensor([[2.5]]).item()).to.equal(2.5);
    expect(tensor(7, { dtype: "int64" }).item()).to.equal(7);
  });

  it("is refused for any other count", () => {
    expect(() => zeros([2]).item()).to.throw(
      ArgumentError,
      "item: expected a tensor of one element, got shape [2]",
    );
    expect(() => zeros([0]).item()).to.throw(ArgumentError, "got shape [0]");
  });
});

describe("toArray", () => {
  it("nests as the shape does", () => {
    expect(tensor(1).toArray()).to.equal(1);
    expect(
      tensor(
        [
          [1, 2],
          [3, 4],
        ],
        { dtype: "uint64" },
      ).toArray(),
    ).to.deep.equal([
      [1, 2],
      [3, 4],
    ]);
    expect(zeros([2, 0]).toArray()).to.deep.equal([[], []]);
  });
});

describe("conversion", () => {
  it("goes from every dtype to every other", () => {
    for (const from of dtypes) {
      for (const to of dtypes) {
        const y = tensor([0, 1], { dtype: from }).to(to);
        expect(y.toArray(), `${from} to ${to}`).to.deep.equal([0, 1]);
        expect(y.dtype).to.equal(to);
      }
    }
  });

  it("truncates floats on the way to integers", () => {
    const x = tensor([-1.5, 2.9]);
    expect(x.to("int64").toArray()).to.deep.equal([-1, 2]);
    expect(x.to("int8").toArray()).to.deep.equal([-1, 2]);
  });

  it("gives 1 for whatever is not 0 on the way to bool", () => {
    expect(tensor([0, -0, 0.5, NaN, 256]).to("bool").toArray()).to.deep.equal([0, 0, 1, 1, 1]);
  });

  it("copies, also when nothing changes, and leaves the history behind", () => {
    const x = tensor([1], { requiresGrad: true });
    const y = x.to("float32");
    expect(y.data).not.to.equal(x.data);
    expect(y.requiresGrad).to.equal(false);
  });
});

describe("clone and copyFrom", () => {
  it("clone is a leaf with values of its own", () => {
    const x = tensor([1, 2], { requiresGrad: true });
    const y = x.clone();
    y.data[0] = 9;
    expect(x.toArray()).to.deep.equal([1, 2]);
    expect(y.requiresGrad).to.equal(false);
  });

  it("copyFrom overwrites in place, converting the dtype", () => {
    const x = zeros([2], { dtype: "int64" });
    const data = x.data;
    expect(x.copyFrom(tensor([3.7, -4.2]))).to.equal(x);
    expect(x.data).to.equal(data);
    expect(x.toArray()).to.deep.equal([3, -4]);
  });

  it("copyFrom refuses another shape, naming both", () => {
    expect(() => zeros([2]).copyFrom(zeros([1, 2]))).to.throw(ShapeError, "expected shape [2], got [1, 2]");
  });
});

describe("a printed tensor", () => {
  it("says its shape and dtype, then its values", () => {
    expect(tensor([1, 2.5]).toString()).to.equal("Tensor [2] float32\n[1.0000, 2.5000]");
    expect(tensor(3, { dtype: "int64" }).toString()).to.equal("Tensor [] int64\n3");
    expect(tensor([1, 0], { dtype: "bool" }).toString()).to.equal("Tensor [2] bool\n[true, false]");
    expect(zeros([0]).toString()).to.equal("Tensor [0] float32\n[]");
  });

  it("aligns the rows of a matrix", () => {
    expect(
      tensor(
        [
          [1, 2],
          [3, 4],
        ],
        { dtype: "int32" },
      ).toString(),
    ).to.equal("Tensor [2, 2] int32\n[[1, 2],\n [3, 4]]");
  });

  it("shows the first and last three of a long dimension", () => {
    expect(arange(0, 9, 1, { dtype: "int32" }).toString()).to.equal(
      "Tensor [9] int32\n[0, 1, 2, ..., 6, 7, 8]",
    );
    expect(arange(0, 8, 1, { dtype: "int32" }).toString()).to.contain("[0, 1, 2, 3, 4, 5, 6, 7]");
    expect(zeros([1000, 1000]).toString().length).to.be.below(600);
  });

  it("spells NaN and the infinities out", () => {
    expect(tensor([NaN, -Infinity]).toString()).to.contain("[NaN, -Infinity]");
  });
});

describe("dtypes", () => {
  it("know their width and kind", () => {
    expect(itemSize("float64")).to.equal(8);
    expect(itemSize("bool")).to.equal(1);
    expect(dtypes.filter(isFloat)).to.deep.equal(["float32", "float64"]);
    for (const dtype of dtypes) {
      expect(zeros([3], { dtype }).data.byteLength).to.equal(3 * itemSize(dtype));
    }
  });
});

import { expect } from "chai";
import fc from "fast-check";
import { ArgumentError, DTypeError, IndexRangeError, ShapeError } from "../../src/errors.ts";
import * as c from "../../src/ops/index.ts";
import { arange, ones, tensor, zeros } from "../../src/tensor/creation.ts";
import { elementCount } from "../../src/tensor/shape.ts";
import type { Tensor } from "../../src/tensor/tensor.ts";

/** 0, 1, 2, ... in the given shape: every value tells its place. */
function counted(shape: readonly number[]): Tensor {
  return c.reshape(arange(elementCount(shape)), shape);
}

describe("changes of shape alone share the array", () => {
  const x = counted([2, 1, 3]);
  const aliases: Record<string, Tensor> = {
    reshape: c.reshape(x, [3, 2]),
    view: c.view(x, [6]),
    flatten: c.flatten(x),
    squeeze: c.squeeze(x),
    unsqueeze: c.unsqueeze(x, 0),
  };
  for (const [name, y] of Object.entries(aliases)) {
    it(`in ${name}`, () => {
      expect(y.data).to.equal(x.data);
    });
  }
});

describe("a copy of its own is what", () => {
  const x = counted([2, 3]);
  const copies: Record<string, Tensor> = {
    permute: c.permute(x, [0, 1]),
    transpose: c.transpose(x, 0, 0),
    slice: c.slice(x, 0),
    narrow: c.narrow(x, 0, 0, 2),
    index: c.index(x, [":"]),
    expand: c.expand(x, [2, 3]),
    cat: c.cat([x]),
    split: c.split(x, 2)[0],
  };
  for (const [name, y] of Object.entries(copies)) {
    it(`${name} gives, even when nothing changes`, () => {
      expect(y.data).not.to.equal(x.data);
      expect(y.toArray()).to.deep.equal(x.toArray());
    });
  }
});

describe("reshape refuses", () => {
  it("a shape of another size, naming both", () => {
    expect(() => c.reshape(zeros([2, 3]), [4])).to.throw(
      ShapeError,
      "[2, 3] has 6 elements, which do not fill [4]",
    );
  });

  it("a -1 that does not come out whole", () => {
    expect(() => c.reshape(zeros([2, 3]), [4, -1])).to.throw(ShapeError, "do not fill [4, -1]");
  });

  it("two sizes left open", () => {
    expect(() => c.reshape(zeros([2, 3]), [-1, -1])).to.throw(ShapeError, "do not fill [-1, -1]");
  });

  it("a -1 beside a size of 0, which any number would satisfy", () => {
    expect(() => c.reshape(zeros([0, 3]), [0, -1])).to.throw(ShapeError, "whole and definite");
  });

  it("integers, naming the remedy", () => {
    const labels = tensor([1, 2], { dtype: "int64" });
    // @ts-expect-error: types refuse it too
    expect(() => c.reshape(labels, [2, 1])).to.throw(DTypeError, '.to("float32")');
  });
});

describe("dimensions out of range are refused", () => {
  const x = zeros([2, 3]);
  const calls: Record<string, () => unknown> = {
    flatten: () => c.flatten(x, 2),
    squeeze: () => c.squeeze(x, -3),
    unsqueeze: () => c.unsqueeze(x, 3),
    permute: () => c.permute(x, [0, 2]),
    transpose: () => c.transpose(x, 0, 2),
    select: () => c.select(x, 2, 0),
    slice: () => c.slice(x, -3),
    cat: () => c.cat([x], 2),
    softmax: () => c.softmax(x, 2),
    argmax: () => c.argmax(x, -3),
    indexSelect: () => c.indexSelect(x, 2, [0]),
  };
  for (const [name, call] of Object.entries(calls)) {
    it(`by ${name}`, () => {
      expect(call).to.throw(
        IndexRangeError,
        new RegExp(`${name}: expected a dimension in \\[-[23], [12]\\]`),
      );
    });
  }

  it("by flatten, when they are in the wrong order", () => {
    expect(() => c.flatten(x, 1, 0)).to.throw(ArgumentError, "startDim <= endDim, got 1 and 0");
  });

  it("by permute, when one is missing", () => {
    expect(() => c.permute(x, [1, 1])).to.throw(
      ArgumentError,
      "each of the 2 dimensions of [2, 3] once, got [1, 1]",
    );
  });
});

describe("cutting", () => {
  const x = counted([2, 3]);

  it("refuses a number outside of the dimension, naming the range", () => {
    expect(() => c.select(x, 1, 3)).to.throw(
      IndexRangeError,
      "select: index 3 is outside of dimension 1 of [2, 3]: expected an integer in [-3, 2]",
    );
    expect(() => c.select(zeros([0, 1]), 0, 0)).to.throw(IndexRangeError, "it is empty");
  });

  it("refuses to narrow beyond the end", () => {
    expect(() => c.narrow(x, 0, 1, 2)).to.throw(
      IndexRangeError,
      "2 entries from 1 on do not lie in dimension 0",
    );
  });

  it("refuses steps below 1 and bounds between integers", () => {
    expect(() => c.slice(x, 0, 0, 2, 0)).to.throw(ArgumentError, "step that is an integer >= 1, got 0");
    expect(() => c.index(x, ["::-1"])).to.throw(ArgumentError, "got -1");
    expect(() => c.slice(x, 0, 0.5)).to.throw(ArgumentError, "bounds that are integers, got 0.5");
  });

  it("refuses scalars", () => {
    expect(() => c.slice(zeros([]), 0)).to.throw(ShapeError, "slice: a scalar has no dimension to cut");
  });

  it("refuses sizes that do not add up", () => {
    expect(() => c.split(x, [1, 1], 1)).to.throw(
      ShapeError,
      "add up to the 3 entries of dimension 1 of [2, 3]",
    );
    expect(() => c.split(x, 0)).to.throw(ArgumentError, "split: expected a size");
    expect(() => c.chunk(x, 0)).to.throw(ArgumentError, "chunk: expected a number of chunks");
  });

  it("gives fewer chunks where the entries run out, as PyTorch does", () => {
    expect(c.chunk(zeros([5]), 4).map((piece) => piece.shape)).to.deep.equal([[2], [2], [1]]);
    expect(c.chunk(zeros([0]), 2).map((piece) => piece.shape)).to.deep.equal([[0], [0]]);
    expect(c.split(zeros([0]), 2).map((piece) => piece.shape)).to.deep.equal([[0]]);
  });

  it("is undone by cat, wherever the cuts are", () => {
    fc.assert(
      fc.property(
        fc.integer({ min: 1, max: 7 }),
        fc.integer({ min: 1, max: 8 }),
        fc.nat(2),
        (size, length, dim) => {
          const shape = [2, 3, 2].map((given, d) => (d === dim ? size : given));
          const whole = counted(shape);
          expect(c.cat(c.split(whole, length, dim), dim).toArray()).to.deep.equal(whole.toArray());
          expect(c.cat(c.chunk(whole, length, dim), dim).toArray()).to.deep.equal(whole.toArray());
        },
      ),
      { seed: 1 },
    );
  });
});

describe("index", () => {
  const x = counted([2, 3]);

  it("refuses more entries than dimensions, and two ellipses", () => {
    expect(() => c.index(x, [0, 0, 0])).to.throw(
      IndexRangeError,
      'at most 2 entries for [2, 3] and one "..."',
    );
    expect(() => c.index(x, ["...", "..."])).to.throw(IndexRangeError, 'one "..."');
  });

  it("refuses a range that it cannot read", () => {
    expect(() => c.index(x, ["1:x"])).to.throw(
      ArgumentError,
      'cannot read "1:x"; expected a form like "1:3"',
    );
  });

  it("names the dimension of a number out of range", () => {
    expect(() => c.index(x, ["...", 3])).to.throw(
      IndexRangeError,
      "index 3 is outside of dimension 1 of [2, 3]",
    );
  });
});

describe("indexSelect and gather refuse", () => {
  const x = zeros([2, 3]);

  it("an index out of range, naming it and its position", () => {
    expect(() => c.indexSelect(x, 1, [0, 3])).to.throw(
      IndexRangeError,
      "indexSelect: index 3 at position 1 is outside of dimension 1 of [2, 3]: expected an integer in [0, 2]",
    );
    const index = tensor([[0], [-1]], { dtype: "int32" });
    expect(() => c.gather(x, 1, index)).to.throw(IndexRangeError, "gather: index -1 at position 1");
  });

  it("indices that are not integers", () => {
    expect(() => c.indexSelect(x, 0, [0.5])).to.throw(IndexRangeError, "index 0.5");
    const mask = tensor([true, false], { dtype: "bool" });
    expect(() => c.indexSelect(x, 0, mask)).to.throw(DTypeError, "integer dtype, got bool of shape [2]");
  });

  it("an index of a shape that does not fit", () => {
    const matrix = tensor([[0], [1], [1]], { dtype: "int64" });
    expect(() => c.gather(x, 1, matrix)).to.throw(
      ShapeError,
      "no longer than [2, 3] except in dimension 1, got [3, 1]",
    );
    expect(() => c.indexSelect(x, 0, matrix)).to.throw(ShapeError, "got shape [3, 1]; gather takes more");
  });
});

describe("joining and stretching refuse", () => {
  it("parts that differ beyond the dimension, naming the first", () => {
    expect(() => c.cat([zeros([2, 3]), zeros([1, 3]), zeros([2, 4])])).to.throw(
      ShapeError,
      "cat: part 2 of shape [2, 4] does not fit part 0 of shape [2, 3]: expected equal sizes except in dimension 0",
    );
    expect(() => c.stack([zeros([2]), zeros([3])])).to.throw(ShapeError, "got [2] and, as part 1, [3]");
  });

  it("scalars, and nothing at all", () => {
    expect(() => c.cat([zeros([]), zeros([])])).to.throw(ShapeError, "stack them");
    expect(() => c.cat([])).to.throw(DTypeError, "cat: expected at least one tensor");
    expect(() => c.stack([])).to.throw(DTypeError, "at least one tensor");
  });

  it("parts of different dtypes", () => {
    expect(() => c.cat([zeros([1]), zeros([1], { dtype: "float64" })])).to.throw(
      DTypeError,
      "float32 and float64",
    );
  });

  it("a size other than 1 that would stretch, and fewer dimensions", () => {
    expect(() => c.expand(ones([2, 3]), [4, 3])).to.throw(
      ShapeError,
      "[2, 3] does not stretch to [4, 3]: dimension 0 has size 2, only a size of 1 stretches",
    );
    expect(() => c.expand(ones([2, 3]), [3])).to.throw(ShapeError, "at least as many dimensions");
    expect(() => c.expand(ones([3]), [-1, 3])).to.throw(ShapeError, "-1 only for those that exist");
  });
});

describe("permute", () => {
  it("is undone by the inverse order", () => {
    fc.assert(
      fc.property(fc.shuffledSubarray([0, 1, 2, 3], { minLength: 4 }), (order) => {
        const x = counted([2, 3, 1, 4]);
        const inverse = order.map((_, d) => order.indexOf(d));
        expect(c.permute(c.permute(x, order), inverse).toArray()).to.deep.equal(x.toArray());
      }),
      { seed: 1 },
    );
  });
});

import { expect } from "chai";
import { ArgumentError, DTypeError, IndexRangeError, ShapeError } from "../../src/errors.ts";
import * as c from "../../src/ops/index.ts";
import { tensor, zeros } from "../../src/tensor/creation.ts";

describe("nllLoss refuses", () => {
  const x = zeros([2, 3]);

  it("a target that is no class, naming it, its position and the number of classes", () => {
    expect(() => c.nllLoss(x, [1, 3])).to.throw(
      IndexRangeError,
      "nllLoss: target 3 at position 1 is no class: there are 3 classes, expected an integer in [0, 2] or ignoreIndex -100",
    );
    expect(() => c.nllLoss(x, [-1, 0])).to.throw(IndexRangeError, "target -1 at position 0");
    expect(() => c.nllLoss(x, [0.5, 0])).to.throw(IndexRangeError, "target 0.5");
  });

  it("targets of another shape, naming both", () => {
    expect(() => c.nllLoss(x, [1])).to.throw(
      ShapeError,
      "expected targets [2] for log-probabilities [2, 3], got [1]",
    );
    expect(() => c.nllLoss(x, 1)).to.throw(ShapeError, "got []");
  });

  it("a scalar, and a weight that is not one for each class", () => {
    expect(() => c.nllLoss(zeros([]), 0)).to.throw(ShapeError, "got a scalar");
    expect(() => c.nllLoss(x, [0, 0], { weight: zeros([2]) })).to.throw(ShapeError, "a weight [3]");
  });

  it("targets that are not integers", () => {
    // @ts-expect-error: types refuse it too
    expect(() => c.nllLoss(x, zeros([2]))).to.throw(DTypeError, 'convert them with .to("int64")');
  });

  it("a reduction that it does not know", () => {
    // @ts-expect-error: types refuse it too
    expect(() => c.nllLoss(x, [0, 0], { reduction: "batchmean" })).to.throw(ArgumentError, '"batchmean"');
  });
});

describe("nllLoss", () => {
  it("takes classes of any integer dtype", () => {
    const x = tensor([[-1, -2, -4]]);
    for (const dtype of ["int64", "int32", "int16", "uint8", "uint64"] as const) {
      expect(c.nllLoss(x, tensor([2], { dtype })).item()).to.equal(4);
    }
  });

  it("sends no gradient to the weights", () => {
    const weight = tensor([1, 2], { requiresGrad: true });
    const x = tensor([[-1, -2]], { requiresGrad: true });
    c.nllLoss(x, [1], { weight }).backward();
    expect(weight.grad).to.equal(null);
    expect(x.grad?.toArray()).to.deep.equal([[0, -1]]);
  });
});

describe("losses between tensors refuse", () => {
  it("shapes that would broadcast", () => {
    for (const op of ["mseLoss", "binaryCrossEntropyWithLogits"] as const) {
      expect(() => c[op](zeros([3, 1]), zeros([3]))).to.throw(
        ShapeError,
        `${op}: expected a target of the input's shape [3, 1], got [3]`,
      );
    }
  });
});

describe("crossEntropy refuses", () => {
  const x = zeros([2, 3]);

  it("probabilities of another shape", () => {
    expect(() => c.crossEntropy(x, zeros([2]))).to.throw(ShapeError, "the input's shape [2, 3], got [2]");
  });

  it("a smoothing outside of [0, 1]", () => {
    expect(() => c.crossEntropy(x, [0, 0], { labelSmoothing: 1.5 })).to.throw(
      ArgumentError,
      "in [0, 1], got 1.5",
    );
  });

  it("a scalar, and a weight that is not one for each class", () => {
    expect(() => c.crossEntropy(zeros([]), 0)).to.throw(ShapeError, "got a scalar");
    const call = (): unknown => c.crossEntropy(x, [0, 0], { weight: zeros([2]), labelSmoothing: 0.1 });
    expect(call).to.throw(ShapeError, "crossEntropy: expected a weight [3], one for each class, got [2]");
  });
});

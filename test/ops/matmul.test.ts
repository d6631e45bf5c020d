import { expect } from "chai";
import fc from "fast-check";
import { grad } from "../../src/autograd/grad.ts";
import { ShapeError } from "../../src/errors.ts";
import { linear, matmul } from "../../src/ops/index.ts";
import { zeros } from "../../src/tensor/creation.ts";
import { expectClose, float32Tolerance } from "../support/close.ts";
import { describeFamilies } from "../support/families.ts";
import { spreadTensor } from "../support/tensors.ts";

describe("matmul refuses", () => {
  it("scalars", () => {
    expect(() => matmul(zeros([]), zeros([2]))).to.throw(
      ShapeError,
      "matmul: expected operands of at least one dimension, got [] and [2]; scale with mul instead",
    );
  });

  it("inner sizes that differ", () => {
    expect(() => matmul(zeros([2, 3]), zeros([2, 3]))).to.throw(
      ShapeError,
      "matmul: [2, 3] and [2, 3] do not multiply: the inner sizes 3 and 2 differ",
    );
    expect(() => matmul(zeros([3]), zeros([5, 4, 2]))).to.throw(
      ShapeError,
      "matmul: [3] and [5, 4, 2] do not multiply: the inner sizes 3 and 4 differ",
    );
  });

  it("batches that do not stretch to each other", () => {
    expect(() => matmul(zeros([2, 4, 3]), zeros([5, 3, 3]))).to.throw(
      ShapeError,
      "matmul: the dimensions in front of the matrices of [2, 4, 3] and [5, 3, 3]: [2] and [5] do not broadcast",
    );
  });
});

describe("linear refuses", () => {
  it("features that do not fit", () => {
    expect(() => linear(zeros([2, 3]), zeros([4, 5]))).to.throw(
      ShapeError,
      "linear: weight [4, 5] takes 5 features in the last dimension, got an input [2, 3]",
    );
    expect(() => linear(zeros([]), zeros([4, 5]))).to.throw(ShapeError, "got an input []");
  });

  it("a weight that is not a matrix, and a bias of another size", () => {
    expect(() => linear(zeros([2, 3]), zeros([3]))).to.throw(
      ShapeError,
      "linear: expected a weight [out, in], got [3]",
    );
    expect(() => linear(zeros([2, 3]), zeros([4, 3]), zeros([1]))).to.throw(
      ShapeError,
      "linear: expected a bias [4] for weight [4, 3], got [1]",
    );
  });
});

describeFamilies("matmul in float32 agrees with itself in float64", () => {
  const size = fc.integer({ min: 1, max: 40 });
  const batches = fc.constantFrom<readonly (readonly number[])[]>(
    [[], []],
    [[3], []],
    [[], [3]],
    [[2, 1], [4]],
    [
      [1, 3, 1],
      [2, 1, 2],
    ],
  );

  it("in value and in both gradients, whatever is stretched", () => {
    fc.assert(
      fc.property(batches, size, size, size, ([frontA, frontB], m, k, n) => {
        const both = (["float32", "float64"] as const).map((dtype) => {
          const a = spreadTensor([...frontA, m, k], 1, { dtype, requiresGrad: true });
          const b = spreadTensor([...frontB, k, n], 2, { dtype, requiresGrad: true });
          const y = matmul(a, b);
          const gradients = grad([y], [a, b], { gradOutputs: [spreadTensor(y.shape, 3, { dtype })] });
          return [y, ...gradients];
        });
        // Up to 240 products of at most 4 in one sum: rounding of 2^-24 of the partial sums is allowed for.
        const tolerance = { ...float32Tolerance, atol: 1e-4 };
        both[0].forEach((x, i) => expectClose(x.data, both[1][i].data, tolerance, `result ${i}`));
      }),
    );
  });
});

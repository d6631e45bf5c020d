import { expect } from "chai";
import { grad } from "../../src/autograd/grad.ts";
import { defineOp } from "../../src/autograd/op.ts";
import { DTypeError } from "../../src/errors.ts";
import { add, conv2d, matmul } from "../../src/ops/index.ts";
import { tensor, zeros } from "../../src/tensor/creation.ts";
import type { Tensor } from "../../src/tensor/tensor.ts";
import { gradientError } from "../support/gradcheck.ts";

/** x³ with an adjoint that multiplies the true slope by `error`. */
function cube(error: number): (x: Tensor) => Tensor {
  const op = defineOp<readonly [Tensor], null, { outShape: readonly number[] }>({
    name: "cube",
    plan: ([x]) => ({ outShape: x.shape }),
    forward(y, [x]) {
      for (let i = 0; i < y.length; i++) y[i] = x.data[i] ** 3;
      return (dy, [dx]) => {
        if (dx) for (let i = 0; i < dx.length; i++) dx[i] += dy[i] * 3 * x.data[i] ** 2 * error;
      };
    },
  });
  return (x) => op([x], null);
}

describe("the gradient check", () => {
  const x = tensor([0.3, -1.1, 0.7], { dtype: "float64", requiresGrad: true });

  it("passes a right adjoint", () => {
    expect(gradientError(({ x }) => cube(1)(x), { x })).to.be.below(1e-7);
  });

  it("catches an adjoint that is off by a thousandth", () => {
    expect(gradientError(({ x }) => cube(1.001)(x), { x })).to.be.above(1e-5);
  });

  it("catches an adjoint of the wrong sign", () => {
    expect(gradientError(({ x }) => cube(-1)(x), { x })).to.be.above(0.1);
  });

  it("catches an adjoint that is missing", () => {
    expect(gradientError(({ x }) => cube(0)(x), { x })).to.be.above(0.1);
  });

  it("catches an adjoint that is NaN", () => {
    expect(gradientError(({ x }) => cube(NaN)(x), { x })).to.be.NaN;
  });
});

describe("an operation", () => {
  it("is refused by its plan before anything is computed", () => {
    const op = defineOp<readonly [Tensor], null, { outShape: readonly number[] }>({
      name: "refuse",
      plan() {
        throw new DTypeError("refuse: always");
      },
      forward: () => () => undefined,
    });
    expect(() => op([tensor([1])], null)).to.throw(DTypeError, "refuse: always");
  });

  it("is not asked for the gradient of an input that needs none, or is absent", () => {
    const asked: boolean[] = [];
    spy(asked)([tensor([1], { requiresGrad: true }), tensor([2]), null]).backward();
    expect(asked).to.deep.equal([true, false, false]);
  });

  it("is asked by grad only for what leads to the wanted inputs", () => {
    const asked: boolean[] = [];
    const [a, b] = [1, 2].map((value) => tensor([value], { requiresGrad: true }));
    grad([spy(asked)([a, add(b, 1), null])], [b]);
    expect(asked).to.deep.equal([false, true, false]);
  });
});

/** A scalar operation on up to three tensors, whose adjoint writes down which gradients it was asked for. */
function spy(asked: boolean[]): (xs: readonly [Tensor, Tensor, Tensor | null]) => Tensor {
  const op = defineOp<readonly [Tensor, Tensor, Tensor | null], null, { outShape: readonly number[] }>({
    name: "spy",
    plan: () => ({ outShape: [] }),
    forward: () => (_dy, dxs) => {
      asked.push(...dxs.map((dx) => dx !== null));
    },
  });
  return (xs) => op(xs, null);
}

describe("operations refuse", () => {
  it("inputs of different dtypes, naming both", () => {
    expect(() => matmul(zeros([2, 2]), zeros([2, 2], { dtype: "float64" }))).to.throw(
      DTypeError,
      "matmul: inputs differ in dtype: float32 and float64",
    );
  });

  it("integers, naming shape and remedy", () => {
    const image = zeros([1, 1, 3, 3], { dtype: "uint8" });
    // @ts-expect-error: types refuse it too
    expect(() => conv2d(image, zeros([1, 1, 3, 3]))).to.throw(
      DTypeError,
      'conv2d: expected a floating-point tensor, got uint8 of shape [1, 1, 3, 3]; convert it with .to("float32")',
    );
  });
});

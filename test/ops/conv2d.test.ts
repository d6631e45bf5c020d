import { expect } from "chai";
import fc from "fast-check";
import { grad } from "../../src/autograd/grad.ts";
import { ArgumentError, DTypeError, ShapeError } from "../../src/errors.ts";
import { conv2d, mul, sum } from "../../src/ops/index.ts";
import { full, zeros } from "../../src/tensor/creation.ts";
import { spreadTensor } from "../support/tensors.ts";

describe("conv2d refuses", () => {
  const x = zeros([1, 4, 5, 5]);
  const weight = zeros([6, 4, 3, 3]);

  it("an input that is not an image", () => {
    expect(() => conv2d(zeros([5, 5]), weight)).to.throw(
      ShapeError,
      "conv2d: expected an input [N, C, H, W] or [C, H, W], got [5, 5]",
    );
  });

  it("a weight that is not a bank of kernels", () => {
    expect(() => conv2d(x, zeros([6, 4, 3]))).to.throw(
      ShapeError,
      "conv2d: expected a weight [O, C / groups, kH, kW], got [6, 4, 3]",
    );
  });

  it("channels that do not fit", () => {
    expect(() => conv2d(x, zeros([6, 3, 3, 3]))).to.throw(
      ShapeError,
      "conv2d: weight [6, 3, 3, 3] with groups = 1 takes 3 input channels, got an input with 4",
    );
    expect(() => conv2d(x, weight, null, { groups: 2 })).to.throw(
      ShapeError,
      "conv2d: weight [6, 4, 3, 3] with groups = 2 takes 8 input channels, got an input with 4",
    );
    expect(() => conv2d(x, zeros([6, 1, 3, 3]), null, { groups: 4 })).to.throw(
      ShapeError,
      "conv2d: 6 output channels of weight [6, 1, 3, 3] do not divide into 4 groups",
    );
  });

  it("a bias of another size", () => {
    expect(() => conv2d(x, weight, zeros([4]))).to.throw(
      ShapeError,
      "conv2d: expected a bias [6] for weight [6, 4, 3, 3], got [4]",
    );
  });

  it("a kernel larger than the padded input", () => {
    expect(() => conv2d(x, weight, null, { dilation: 4, padding: [1, 2] })).to.throw(
      ShapeError,
      "conv2d: the kernel spans [9, 9], more than the padded input [7, 9]",
    );
  });

  it("options out of range", () => {
    const refused: readonly [Parameters<typeof conv2d>[3], string][] = [
      [{ stride: 0 }, "conv2d: expected stride to be an integer >= 1 or a pair of them, got 0"],
      [{ padding: [1, -1] }, "conv2d: expected padding to be an integer >= 0 or a pair of them, got [1,-1]"],
      [{ dilation: 1.5 }, "conv2d: expected dilation to be an integer >= 1 or a pair of them, got 1.5"],
      [{ groups: 0 }, "conv2d: expected groups to be an integer >= 1, got 0"],
      [
        { padding: "same", stride: 2 },
        'conv2d: padding "same" needs a stride of 1, got [2, 2]; give the padding in numbers',
      ],
    ];
    for (const [options, message] of refused) {
      expect(() => conv2d(x, weight, null, options)).to.throw(ArgumentError, message);
    }
  });

  it("operands of different dtypes", () => {
    expect(() => conv2d(x, full([6, 4, 3, 3], 0, { dtype: "float64" }))).to.throw(
      DTypeError,
      "conv2d: inputs differ in dtype: float32 and float64; convert one with .to(...)",
    );
  });
});

describe("conv2d is linear in the input and in the weight", () => {
  const small = (min: number, max: number): fc.Arbitrary<number> => fc.integer({ min, max });
  const geometry = fc.record({
    batch: small(1, 3),
    groups: small(1, 3),
    groupIn: small(1, 3),
    groupOut: small(1, 3),
    size: fc.tuple(small(5, 9), small(5, 9)),
    kernel: fc.tuple(small(1, 3), small(1, 3)),
    stride: fc.tuple(small(1, 3), small(1, 3)),
    padding: fc.tuple(small(0, 4), small(0, 4)),
    dilation: fc.tuple(small(1, 2), small(1, 2)),
  });

  it("so ⟨conv(x, w), y⟩ = ⟨x, adjoint in x of y⟩ = ⟨w, adjoint in w of y⟩", () => {
    fc.assert(
      fc.property(geometry, (g) => {
        const double = { dtype: "float64", requiresGrad: true } as const;
        const x = spreadTensor([g.batch, g.groups * g.groupIn, ...g.size], 1, double);
        const weight = spreadTensor([g.groups * g.groupOut, g.groupIn, ...g.kernel], 2, double);
        const result = conv2d(x, weight, null, g);
        const y = spreadTensor(result.shape, 3, { dtype: "float64" });
        const [dx, dweight] = grad([result], [x, weight], { gradOutputs: [y] });
        const forward = sum(mul(result, y)).item();
        expect(sum(mul(x, dx)).item()).to.be.closeTo(forward, 1e-9);
        expect(sum(mul(weight, dweight)).item()).to.be.closeTo(forward, 1e-9);
      }),
    );
  });
});

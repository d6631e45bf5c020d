import { expect } from "chai";
import { ArgumentError, ShapeError } from "../../src/errors.ts";
import { adaptiveAvgPool2d, avgPool2d, maxPool2d, maxPool2dWithIndices } from "../../src/ops/index.ts";
import type { MaxPool2dOptions } from "../../src/ops/index.ts";
import { arange, full, tensor, zeros } from "../../src/tensor/creation.ts";
import { Tensor } from "../../src/tensor/tensor.ts";
import { describeFamilies } from "../support/families.ts";

describeFamilies("maxPool2dWithIndices points where PyTorch points", () => {
  const indices = (x: Tensor, kernel: number, options?: MaxPool2dOptions): unknown =>
    maxPool2dWithIndices(x, kernel, options).indices.toArray();

  it("at the first of equal values", () => {
    expect(indices(zeros([1, 4, 4]), 2)).to.deep.equal([[[0, 2], [8, 10]]]); // prettier-ignore
  });

  it("at the last NaN", () => {
    const rows = [[NaN, 1, 2, NaN], [3, NaN, 4, 5], [1, 2, NaN, NaN], [3, 4, NaN, NaN]]; // prettier-ignore
    expect(indices(tensor([rows]), 2)).to.deep.equal([[[5, 3], [13, 15]]]); // prettier-ignore
  });

  it("at the first pixel where all are -Infinity, never at padding", () => {
    expect(indices(full([1, 3, 3], -Infinity), 3, { stride: 1, padding: 1 })).to.deep.equal([
      [[0, 0, 1], [0, 0, 1], [3, 3, 4]], // prettier-ignore
    ]);
  });

  it("into the plane without padding, in int64", () => {
    const x = new Tensor(arange(32).data, [2, 4, 4], "float32");
    const result = maxPool2dWithIndices(x, 3, { stride: 2, padding: 1, ceilMode: true });
    expect(result.indices.dtype).to.equal("int64");
    const plane = [[5, 7, 7], [13, 15, 15], [13, 15, 15]]; // prettier-ignore
    expect(result.indices.toArray()).to.deep.equal([plane, plane]);
  });
});

describe("pools refuse", () => {
  const x = zeros([1, 2, 8, 8]);

  it("an input that is not an image", () => {
    for (const [name, pool] of Object.entries({ maxPool2d, avgPool2d, adaptiveAvgPool2d })) {
      expect(() => pool(zeros([8, 8]), 2)).to.throw(
        ShapeError,
        `${name}: expected an input [N, C, H, W] or [C, H, W], got [8, 8]`,
      );
    }
  });

  it("padding of more than half a kernel, dilated or not", () => {
    expect(() => avgPool2d(x, 3, { padding: 2 })).to.throw(
      ArgumentError,
      "avgPool2d: expected padding of at most half of the kernel [3, 3], got [2, 2]",
    );
    expect(() => maxPool2d(x, [4, 2], { padding: 2, dilation: 3 })).to.throw(
      ArgumentError,
      "maxPool2d: expected padding of at most half of the kernel [4, 2], got [2, 2]",
    );
  });

  it("an input smaller than the window, unless rounded up", () => {
    expect(() => maxPool2d(zeros([2, 2, 8]), 3)).to.throw(
      ShapeError,
      "maxPool2d: the window spans [3, 3], more than the padded input [2, 8] of [2, 2, 8]",
    );
    expect(maxPool2d(zeros([2, 2, 8]), 3, { ceilMode: true }).shape).to.deep.equal([2, 1, 3]);
  });

  it("an input without channels", () => {
    expect(() => maxPool2d(zeros([1, 0, 8, 8]), 2)).to.throw(
      ShapeError,
      "maxPool2d: expected an input with channels, got [1, 0, 8, 8]",
    );
  });

  it("options out of range", () => {
    expect(() => maxPool2d(x, 0)).to.throw(
      ArgumentError,
      "maxPool2d: expected kernelSize to be an integer >= 1 or a pair of them, got 0",
    );
    expect(() => maxPool2d(x, 2, { stride: 0 })).to.throw(
      ArgumentError,
      "maxPool2d: expected stride to be an integer >= 1 or a pair of them, got 0",
    );
    expect(() => avgPool2d(x, 2, { divisorOverride: 0 })).to.throw(
      ArgumentError,
      "avgPool2d: expected divisorOverride to be an integer other than 0, or null, got 0",
    );
  });

  it("a dilated window that sees only padding", () => {
    expect(() => maxPool2d(zeros([1, 1, 2, 2]), 2, { stride: 1, padding: 1, dilation: 3 })).to.throw(
      ArgumentError,
      "maxPool2d: with padding [1, 1] and dilation [3, 3] a window on the 2 x 2 input sees only padding",
    );
  });

  it("adaptive sizes that are none", () => {
    expect(() => adaptiveAvgPool2d(x, [2, -1])).to.throw(
      ArgumentError,
      "adaptiveAvgPool2d: expected outputSize to be an integer >= 0, null, or a pair of these, got [2,-1]",
    );
    expect(() => adaptiveAvgPool2d(zeros([1, 2, 0, 8]), 2)).to.throw(
      ShapeError,
      "adaptiveAvgPool2d: expected an input with pixels, got [1, 2, 0, 8]",
    );
  });
});

describe("adaptiveAvgPool2d", () => {
  it("gives an empty image when no pixels are wanted", () => {
    expect(adaptiveAvgPool2d(zeros([1, 2, 3, 4]), [0, null]).shape).to.deep.equal([1, 2, 0, 4]);
  });

  it("equals avgPool2d where the sizes divide", () => {
    const x = new Tensor(arange(48).data, [2, 4, 6], "float32");
    expect(adaptiveAvgPool2d(x, [2, 3]).toArray()).to.deep.equal(avgPool2d(x, 2).toArray());
  });
});

import { expect } from "chai";
import { ArgumentError, ShapeError } from "../../src/errors.ts";
import { interpolate } from "../../src/ops/index.ts";
import type { InterpolateOptions } from "../../src/ops/index.ts";
import { tensor, zeros } from "../../src/tensor/creation.ts";

describe("interpolate", () => {
  it("draws a line between two pixels", () => {
    const x = tensor([[[[0, 1]]]]);
    const size = [1, 4];
    expect(interpolate(x, { size }).toArray()).to.deep.equal([[[[0, 0, 1, 1]]]]);
    expect(interpolate(x, { size, mode: "bilinear" }).toArray()).to.deep.equal([[[[0, 0.25, 0.75, 1]]]]);
  });

  it("refuses inputs that its mode does not take", () => {
    expect(() => interpolate(zeros([3, 4]), { size: 2 })).to.throw(
      ShapeError,
      "interpolate: expected an input [N, C, ...] with one to three dimensions of pixels, got [3, 4]",
    );
    expect(() => interpolate(zeros([1, 3, 4]), { size: 2, mode: "bilinear" })).to.throw(
      ShapeError,
      'interpolate: mode "bilinear" expects an input [N, C, H, W], got [1, 3, 4]',
    );
    expect(() => interpolate(zeros([1, 3, 0, 4]), { size: 2 })).to.throw(ShapeError, "got [1, 3, 0, 4]");
  });

  it("refuses sizes that are none", () => {
    const refused: readonly [InterpolateOptions, string][] = [
      [{}, "interpolate: expected either size or scaleFactor"],
      [{ size: 2, scaleFactor: 2 }, "interpolate: expected either size or scaleFactor"],
      [{ size: [2, 2, 2] }, "interpolate: expected 2 numbers in size for [1, 3, 4, 4], got [2, 2, 2]"],
      [{ size: 0 }, "interpolate: expected sizes that are integers >= 1, got [0, 0] from size [0, 0]"],
      [
        { scaleFactor: 0.1 },
        "interpolate: expected sizes that are integers >= 1, got [0, 0] from scaleFactor [0.1, 0.1]",
      ],
      [
        { size: 2, alignCorners: true },
        'interpolate: alignCorners belongs to mode "bilinear", got it with "nearest"',
      ],
    ];
    for (const [options, message] of refused) {
      expect(() => interpolate(zeros([1, 3, 4, 4]), options)).to.throw(ArgumentError, message);
    }
  });
});

import { expect } from "chai";
import { ArgumentError, ShapeError } from "../../src/errors.ts";
import { pad } from "../../src/ops/index.ts";
import type { PadMode, PadOptions } from "../../src/ops/index.ts";
import { tensor, zeros } from "../../src/tensor/creation.ts";

describe("pad", () => {
  it("shows each mode on a line", () => {
    const line = tensor([1, 2, 3]);
    const expected: Readonly<Record<PadMode, number[]>> = {
      constant: [0, 0, 1, 2, 3, 0],
      reflect: [3, 2, 1, 2, 3, 2],
      replicate: [1, 1, 1, 2, 3, 3],
      circular: [2, 3, 1, 2, 3, 1],
    };
    for (const mode of ["constant", "reflect", "replicate", "circular"] as const) {
      expect(pad(line, [2, 1], { mode }).toArray()).to.deep.equal(expected[mode]);
    }
  });

  it("refuses amounts that are no pairs of integers", () => {
    for (const amounts of [[1], [1, 0.5]]) {
      expect(() => pad(zeros([2, 3]), amounts)).to.throw(
        ArgumentError,
        "pad: expected pairs of integers (before, after), the last dimension first, " +
          `got [${amounts.join(", ")}]`,
      );
    }
  });

  it("refuses more pairs than dimensions", () => {
    expect(() => pad(zeros([3]), [1, 1, 1, 1])).to.throw(
      ShapeError,
      "pad: [1, 1, 1, 1] pads 2 dimensions, but the input [3] has 1",
    );
  });

  it("refuses to cut off more than there is, and to continue nothing", () => {
    expect(() => pad(zeros([2, 3]), [-2, -2])).to.throw(
      ShapeError,
      'pad: cannot pad dimension 1 of [2, 3] by (-2, -2) in mode "constant": not enough of it would stay',
    );
    expect(() => pad(zeros([1, 1, 0]), [1, 3], { mode: "replicate" })).to.throw(
      ShapeError,
      'pad: cannot pad dimension 2 of [1, 1, 0] by (1, 3) in mode "replicate": not enough of it would stay',
    );
  });

  it("refuses padding too large for its mode", () => {
    expect(() => pad(zeros([1, 1, 3]), [3, 0], { mode: "reflect" })).to.throw(
      ArgumentError,
      'pad: mode "reflect" takes padding of at most 2 here, got dimension 2 of [1, 1, 3] by (3, 0)',
    );
    expect(() => pad(zeros([1, 1, 3]), [0, 4], { mode: "circular" })).to.throw(
      ArgumentError,
      'pad: mode "circular" takes padding of at most 3 here, got dimension 2 of [1, 1, 3] by (0, 4)',
    );
    expect(() => pad(zeros([1, 1, 3]), [-2, 2], { mode: "circular" })).to.throw(
      ArgumentError,
      'pad: mode "circular" takes padding of at most 1 here, got dimension 2 of [1, 1, 3] by (-2, 2)',
    );
  });

  it("refuses a value that its mode has no use for, and a mode that it does not know", () => {
    expect(() => pad(zeros([1, 1, 3]), [1, 1], { mode: "reflect", value: 2 })).to.throw(
      ArgumentError,
      'pad: mode "reflect" takes no value, got 2',
    );
    const options = JSON.parse('{ "mode": "mirror" }') as PadOptions;
    expect(() => pad(zeros([3]), [1, 1], options)).to.throw(
      ArgumentError,
      'pad: expected a mode of constant, reflect, replicate, circular, got "mirror"',
    );
  });
});

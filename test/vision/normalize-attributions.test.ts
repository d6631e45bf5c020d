import { expect } from "chai";
import fc from "fast-check";
import { ArgumentError, ShapeError } from "../../src/errors.ts";
import { fromData, tensor } from "../../src/tensor/creation.ts";
import { heatMapSigns, normalizeAttributions } from "../../src/vision/normalize-attributions.ts";
import { floatsOf, heatMapFixtures } from "./heat-map-fixtures.ts";

describe("normalizeAttributions", () => {
  for (const { shape, sign, outlier_perc, attributions, expected } of heatMapFixtures.normalizations) {
    it(`agrees with Captum to the bit: ${shape.join(" x ")}, ${sign}, ${outlier_perc} % outliers`, () => {
      const scaled = normalizeAttributions(fromData(floatsOf(attributions), shape), {
        sign,
        outlierPerc: outlier_perc,
      });
      expect(scaled.shape).to.deep.equal(shape.slice(1));
      expect(scaled.data).to.deep.equal(floatsOf(expected));
    });
  }

  it("divides by the largest that is no outlier", () => {
    const sums = tensor([
      [
        [3, -2.5],
        [4, -2],
      ],
    ]);
    expect(normalizeAttributions(sums, { sign: "all" }).toArray()).to.deep.equal([
      [0.75, -0.625],
      [1, -0.5],
    ]);
    expect(normalizeAttributions(sums, { sign: "negative" }).toArray()).to.deep.equal([
      [-0, 1],
      [-0, 0.800000011920929],
    ]);
    expect(normalizeAttributions(sums).toArray()).to.deep.equal([
      [0.75, 0.625],
      [1, 0.5],
    ]);
  });

  it("leaves attributions that are zero at zero, where Captum fails to assert", () => {
    for (const sign of heatMapSigns) {
      const scaled = normalizeAttributions(tensor([[[0, 0, 0]]]), { sign });
      expect(scaled.toArray(), sign).to.deep.equal([[0, 0, 0]]);
    }
    expect(normalizeAttributions(tensor([[[-1, -2]]]), { sign: "positive" }).toArray()).to.deep.equal([
      [0, 0],
    ]);
  });

  it("does not run past the end when nothing is an outlier, where rounding makes Captum", () => {
    // 7 * 0.01 * 100 is above 7.
    const scaled = normalizeAttributions(tensor([[[1, 2, 4]]], { dtype: "float64" }), { outlierPerc: 0 });
    expect(scaled.toArray()).to.deep.equal([[0.25, 0.5, 1]]);
  });

  it("stays between -1 and 1, and above 0 but for sign all", () => {
    const numbers = fc.array(fc.float({ noNaN: true, min: -100, max: 100 }), { minLength: 1, maxLength: 30 });
    fc.assert(
      fc.property(
        numbers,
        fc.constantFrom(...heatMapSigns),
        fc.integer({ min: 0, max: 100 }),
        (values, sign, perc) => {
          const x = fromData(Float32Array.from(values), [1, 1, values.length]);
          const scaled = normalizeAttributions(x, { sign, outlierPerc: perc });
          for (const value of scaled.data) expect(value).to.be.within(sign === "all" ? -1 : 0, 1);
        },
      ),
      { seed: 11 },
    );
  });

  it("leaves the attributions as they were", () => {
    const x = tensor([[[3, -2]]]);
    normalizeAttributions(x);
    expect(x.toArray()).to.deep.equal([[[3, -2]]]);
  });

  it("refuses other shapes and percentages", () => {
    expect(() => normalizeAttributions(tensor([[1]]))).to.throw(ShapeError, "expected [C, H, W]");
    expect(() => normalizeAttributions(tensor([[[1]]]), { outlierPerc: 101 })).to.throw(
      ArgumentError,
      "0 to 100",
    );
    expect(() => normalizeAttributions(tensor([[[1]]]), { outlierPerc: NaN })).to.throw(ArgumentError);
  });
});

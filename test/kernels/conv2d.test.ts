import { assert } from "chai";
import fc from "fast-check";
import { reference, type Conv2dGeometry } from "../../src/kernels/index.ts";
import { conv2dBackwardBias } from "../../src/kernels/reference/conv2d.ts";
import { assertClose, dot, noise, noise64, simdFamilies } from "./arrays.ts";
import { anyConv, convGeometry, convLengths, SEED } from "./geometries.ts";

describe("conv2d, reference", () => {
  it("correlates a picture with a filter and adds the bias", () => {
    const g = convGeometry({ inHeight: 3, inWidth: 3, kernelHeight: 2, kernelWidth: 2 });
    const y = new Float32Array(4);
    const x = Float32Array.of(1, 2, 3, 4, 5, 6, 7, 8, 9);
    reference.conv2dForward(y, x, Float32Array.of(1, 0, 0, 10), Float32Array.of(0.5), g);
    assert.deepEqual([...y], [51.5, 62.5, 84.5, 95.5]);
  });

  it("has adjoints: <x ⋆ w, dy> = <x, dx> = <w, dw>, whatever the geometry", () => {
    const adjoint = fc.property(anyConv, (g) => {
      const size = convLengths(g);
      const x = noise64(size.x, 1);
      const weight = noise64(size.weight, 2);
      const dy = noise64(size.y, 3);
      const y = new Float64Array(size.y);
      reference.conv2dForward(y, x, weight, null, g);
      const dx = new Float64Array(size.x);
      reference.conv2dBackwardInput(dx, dy, weight, g);
      const dweight = new Float64Array(size.weight);
      reference.conv2dBackwardWeight(dweight, dy, x, g);
      const expected = dot(y, dy);
      const tolerance = 1e-12 * (1 + Math.abs(expected)) * Math.sqrt(1 + size.y);
      assert.approximately(dot(x, dx), expected, tolerance);
      assert.approximately(dot(weight, dweight), expected, tolerance);
    });
    fc.assert(adjoint, { seed: SEED, numRuns: 60 });
  });

  it("sums dy over batch and pixels for the bias, adding to what is there", () => {
    const g = convGeometry({ batch: 2, outChannels: 2, inHeight: 3, inWidth: 4 });
    const dbias = Float32Array.of(10, 20);
    conv2dBackwardBias(dbias, Float32Array.of(1, 2, 3, 4, 5, 6, 7, 8), g);
    assert.deepEqual([...dbias], [10 + 1 + 2 + 5 + 6, 20 + 3 + 4 + 7 + 8]);
  });
});

for (const family of simdFamilies()) {
  describe(`conv2d, ${family.family}`, () => {
    /** Runs the three kernels of a family and of the reference on the same arrays. */
    function compare(g: Conv2dGeometry, seed: number, spoil: (x: Float32Array) => void = () => {}): void {
      const size = convLengths(g);
      const x = noise(size.x, seed);
      const weight = noise(size.weight, seed + 1);
      const dy = noise(size.y, seed + 2);
      const bias = seed % 2 === 0 ? noise(g.outChannels, seed + 3) : null;
      spoil(x);
      const what = JSON.stringify(g);

      const y = noise(size.y, seed + 4);
      const yExpected = y.slice();
      family.conv2dForward(y, x, weight, bias, g);
      reference.conv2dForward(yExpected, x, weight, bias, g);
      assertClose(y, yExpected, `forward ${what}`);

      const dx = noise(size.x, seed + 5);
      const dxExpected = dx.slice();
      family.conv2dBackwardInput(dx, dy, weight, g);
      reference.conv2dBackwardInput(dxExpected, dy, weight, g);
      assertClose(dx, dxExpected, `backward to input ${what}`);

      const dweight = noise(size.weight, seed + 6);
      const dweightExpected = dweight.slice();
      family.conv2dBackwardWeight(dweight, dy, x, g);
      reference.conv2dBackwardWeight(dweightExpected, dy, x, g);
      assertClose(dweight, dweightExpected, `backward to weight ${what}`);
    }

    it("agrees with the reference on drawn geometries, and its backward kernels add", () => {
      const agrees = fc.property(anyConv, fc.nat({ max: 1000 }), (g, seed) => compare(g, seed));
      fc.assert(agrees, { seed: SEED, numRuns: 250 });
    });

    it("agrees on output gradients that are mostly zero, as behind max-pooling, and adds", () => {
      const agrees = fc.property(anyConv, fc.nat({ max: 1000 }), (g, seed) => {
        const size = convLengths(g);
        const weight = noise(size.weight, seed + 1);
        const dy = noise(size.y, seed + 2).map((value, i) => ((i * 7919) % 4 === 0 ? value : 0));
        const dx = noise(size.x, seed + 5);
        const expected = dx.slice();
        family.conv2dBackwardInput(dx, dy, weight, g);
        reference.conv2dBackwardInput(expected, dy, weight, g);
        assertClose(dx, expected, JSON.stringify(g));
      });
      fc.assert(agrees, { seed: SEED, numRuns: 150 });
    });

    it("agrees on sums of thousands of terms, cut into chunks", () => {
      compare(
        convGeometry({ inChannels: 300, outChannels: 9, inHeight: 7, inWidth: 6, padTop: 1, padLeft: 1 }),
        4,
      );
      compare(convGeometry({ inChannels: 2, outChannels: 9, inHeight: 90, inWidth: 70 }), 5);
    });

    it("agrees on rows longer than a chunk of a sum", () => {
      compare(convGeometry({ inChannels: 2, outChannels: 8, inHeight: 4, inWidth: 900 }), 6);
    });

    it("keeps the second convolution of the MNIST net within 2e-6 of float64", () => {
      const g = convGeometry({ batch: 2, inChannels: 32, outChannels: 64, inHeight: 26, inWidth: 26 });
      const size = convLengths(g);
      const x = noise(size.x, 7);
      // As PyTorch initialises it: uniform within 1 / sqrt(288).
      const weight = noise(size.weight, 8).map((w) => w / Math.sqrt(288));
      const y = new Float32Array(size.y);
      family.conv2dForward(y, x, weight, null, g);
      const expected = new Float64Array(size.y);
      reference.conv2dForward(expected, Float64Array.from(x), Float64Array.from(weight), null, g);
      const error = expected.reduce((worst, value, i) => Math.max(worst, Math.abs(value - y[i])), 0);
      assert.isBelow(error, 2e-6);
    });

    it("lets a NaN or an infinity reach only the windows that hold it", () => {
      for (const [groups, seed] of [
        [1, 20],
        [6, 21],
      ]) {
        const g = convGeometry({
          batch: 2,
          inChannels: 6,
          outChannels: 12,
          groups,
          inHeight: 9,
          inWidth: 10,
        });
        compare(g, seed, (x) => {
          x[33] = NaN;
          x[6 * 90 + 89] = Infinity;
          x[x.length - 1] = -Infinity;
        });
      }
    });

    it("computes float64 by the reference, bit for bit", () => {
      const g = convGeometry({ inChannels: 3, outChannels: 5, inHeight: 6, inWidth: 6 });
      const size = convLengths(g);
      const x = noise64(size.x, 1);
      const weight = noise64(size.weight, 2);
      const y = new Float64Array(size.y);
      const expected = new Float64Array(size.y);
      family.conv2dForward(y, x, weight, null, g);
      reference.conv2dForward(expected, x, weight, null, g);
      assert.deepEqual(y, expected);
    });
  });
}

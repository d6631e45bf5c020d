import { assert } from "chai";
import fc from "fast-check";
import { reference } from "../../src/kernels/index.ts";
import {
  avgPool2dBackward,
  avgPool2dForward,
  type AvgPool2dGeometry,
} from "../../src/kernels/reference/pool2d.ts";
import { assertIdentical, dot, noise, noise64, simdFamilies } from "./arrays.ts";
import { anyPool, poolGeometry, SEED, twoByTwoPool } from "./geometries.ts";

for (const family of [reference, ...simdFamilies()]) {
  describe(`maxPool2d, ${family.family}`, () => {
    /** Pools one 2 × 2 window by each way that a kernel may take: alone, and as the last of several. */
    function pool(...window: [number, number, number, number]): [number, number] {
      const [a, b, c, d] = window;
      const alone = { y: new Float32Array(1), argmax: new Int32Array(1) };
      family.maxPool2dForward(alone.y, alone.argmax, Float32Array.of(a, b, c, d), poolGeometry(1, 1, 2, 2));
      const x = Float32Array.of(0, 0, 0, 0, 0, 0, a, b, 0, 0, 0, 0, 0, 0, c, d);
      const row = { y: new Float32Array(4), argmax: new Int32Array(4) };
      family.maxPool2dForward(row.y, row.argmax, x, poolGeometry(1, 1, 2, 8));
      assert.isTrue(Object.is(alone.y[0], row.y[3]), "value in a row");
      // In the row of 8, the window's columns are 6 and 7.
      const inRow = row.argmax[3] - 6;
      assert.strictEqual(inRow >= 8 ? inRow - 6 : inRow, alone.argmax[0], "index in a row");
      return [alone.y[0], alone.argmax[0]];
    }

    it("finds the largest value and where it is", () => {
      assert.deepEqual(pool(1, 2, 3, 4), [4, 3]);
      assert.deepEqual(pool(-1, -2, -0.5, -4), [-0.5, 2]);
    });

    it("takes the first of equal values", () => {
      assert.deepEqual(pool(5, 5, 5, 5), [5, 0]);
      assert.deepEqual(pool(1, 7, 7, 7), [7, 1]);
      assert.deepEqual(pool(0, -0, 0, 0), [0, 0]);
    });

    it("lets a NaN win, the last one of several", () => {
      assert.deepEqual(pool(NaN, 2, 3, 4), [NaN, 0]);
      assert.deepEqual(pool(1, NaN, 3, 4), [NaN, 1]);
      assert.deepEqual(pool(NaN, 9, NaN, Infinity), [NaN, 2]);
    });

    it("gives a window of -Infinity the index of its first pixel", () => {
      assert.deepEqual(pool(-Infinity, -Infinity, -Infinity, -Infinity), [-Infinity, 0]);
      assert.deepEqual(pool(-Infinity, -Infinity, -3, -Infinity), [-3, 2]);
    });

    it("does not let padding win, nor be an index", () => {
      const g = { ...poolGeometry(1, 1, 2, 2), padTop: 1, padLeft: 1, outHeight: 2, outWidth: 2 };
      const y = new Float32Array(4);
      const argmax = new Int32Array(4);
      family.maxPool2dForward(y, argmax, Float32Array.of(-1, -2, -Infinity, -4), g);
      assert.deepEqual([...y], [-1, -2, -Infinity, -4]);
      assert.deepEqual([...argmax], [0, 1, 2, 3]);
    });

    it("adds gradients to the pixels that won, twice where windows share one", () => {
      const g = { ...poolGeometry(1, 1, 1, 3), kernelHeight: 1, strideWidth: 1, outHeight: 1, outWidth: 2 };
      const dx = Float32Array.of(1, 1, 1);
      family.maxPool2dBackward(dx, Float32Array.of(10, 20), Int32Array.of(1, 1), g);
      assert.deepEqual([...dx], [1, 31, 1]);
    });
  });
}

for (const family of simdFamilies()) {
  describe(`maxPool2d, ${family.family} against the reference`, () => {
    for (const [name, geometries] of Object.entries({ "2 × 2": twoByTwoPool, any: anyPool })) {
      it(`agrees to the bit on ${name} windows, with ties, NaN and infinities`, () => {
        const agrees = fc.property(geometries, fc.nat({ max: 1000 }), (g, seed) => {
          const steps = [NaN, -Infinity, Infinity];
          // A few coarse values make ties common; one in thirty is special.
          const x = noise(g.batch * g.channels * g.inHeight * g.inWidth, seed).map((v) => {
            const special = Math.floor((v + 1) * 45);
            return special < steps.length ? steps[special] : Math.round(v * 3);
          });
          const length = g.batch * g.channels * g.outHeight * g.outWidth;
          const y = new Float32Array(length);
          const argmax = new Int32Array(length);
          family.maxPool2dForward(y, argmax, x, g);
          const yExpected = new Float32Array(length);
          const argmaxExpected = new Int32Array(length);
          reference.maxPool2dForward(yExpected, argmaxExpected, x, g);
          assertIdentical(y, yExpected, "values");
          assertIdentical(argmax, argmaxExpected, "indices");
        });
        fc.assert(agrees, { seed: SEED, numRuns: 200 });
      });
    }

    it("agrees on more planes than are copied at a time", () => {
      const g = poolGeometry(3, 64, 24, 25);
      const x = noise(3 * 64 * 24 * 25, 5);
      const y = new Float32Array(3 * 64 * 144);
      const argmax = new Int32Array(y.length);
      family.maxPool2dForward(y, argmax, x, g);
      const yExpected = new Float32Array(y.length);
      const argmaxExpected = new Int32Array(y.length);
      reference.maxPool2dForward(yExpected, argmaxExpected, x, g);
      assertIdentical(y, yExpected, "values");
      assertIdentical(argmax, argmaxExpected, "indices");
    });
  });
}

describe("avgPool2d", () => {
  const plain: AvgPool2dGeometry = {
    ...poolGeometry(1, 1, 4, 4),
    countIncludePad: true,
    divisorOverride: null,
  };

  it("takes the mean of each window", () => {
    const y = new Float32Array(4);
    const x = Float32Array.from({ length: 16 }, (_, i) => i);
    avgPool2dForward(y, x, plain);
    assert.deepEqual([...y], [2.5, 4.5, 10.5, 12.5]);
  });

  it("counts padding in the divisor, leaves it out, or divides by a given number", () => {
    const corner = { ...plain, inHeight: 2, inWidth: 2, padTop: 1, padLeft: 1 };
    const x = Float32Array.of(4, 8, 12, 16);
    const y = new Float32Array(4);
    avgPool2dForward(y, x, corner);
    assert.deepEqual([...y], [1, 2, 3, 4]);
    avgPool2dForward(y, x, { ...corner, countIncludePad: false });
    assert.deepEqual([...y], [4, 8, 12, 16]);
    avgPool2dForward(y, x, { ...corner, divisorOverride: 2 });
    assert.deepEqual([...y], [2, 4, 6, 8]);
  });

  it("clips windows of ceil mode to the padded picture before it takes their area", () => {
    // Three columns, windows of 2: the last window holds one real column and nothing else.
    const g = { ...plain, inHeight: 2, inWidth: 3, outHeight: 1, outWidth: 2 };
    const y = new Float32Array(2);
    avgPool2dForward(y, Float32Array.of(1, 2, 5, 3, 4, 7), g);
    assert.deepEqual([...y], [2.5, 6]);
  });

  it("has an adjoint that adds: <pool(x), dy> = <x, dx>", () => {
    const settings = fc.record({
      countIncludePad: fc.boolean(),
      divisorOverride: fc.option(fc.integer({ min: 1, max: 9 })),
    });
    const adjoint = fc.property(anyPool, settings, (window, options) => {
      const g = { ...window, dilationHeight: 1, dilationWidth: 1, ...options };
      const x = noise64(g.batch * g.channels * g.inHeight * g.inWidth, 1);
      const dy = noise64(g.batch * g.channels * g.outHeight * g.outWidth, 2);
      const y = new Float64Array(dy.length);
      avgPool2dForward(y, x, g);
      const dx = new Float64Array(x.length).fill(1);
      avgPool2dBackward(dx, dy, g);
      assert.approximately(dot(x, dx) - x.reduce((sum, v) => sum + v, 0), dot(y, dy), 1e-9);
    });
    fc.assert(adjoint, { seed: SEED, numRuns: 100 });
  });
});

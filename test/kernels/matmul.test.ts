import { assert } from "chai";
import fc from "fast-check";
import { reference, type MatmulGeometry } from "../../src/kernels/index.ts";
import { assertClose, noise, simdFamilies } from "./arrays.ts";
import { anyMatmul, SEED } from "./geometries.ts";

/** One product of stored matrices. */
function product(m: number, k: number, n: number, transposeA: boolean, transposeB: boolean): MatmulGeometry {
  return { batch: 1, m, k, n, transposeA, transposeB, batchStrideA: 0, batchStrideB: 0, batchStrideC: 0 };
}

describe("matmul, reference", () => {
  it("multiplies in all four transpositions and adds to the output", () => {
    // A = [[1, 2, 3], [4, 5, 6]], B = [[1, 2], [3, 4], [5, 6]], C starts at 100.
    const a = { false: [1, 2, 3, 4, 5, 6], true: [1, 4, 2, 5, 3, 6] };
    const b = { false: [1, 2, 3, 4, 5, 6], true: [1, 3, 5, 2, 4, 6] };
    for (const transposeA of [false, true]) {
      for (const transposeB of [false, true]) {
        const c = new Float32Array(4).fill(100);
        const left = Float32Array.from(a[`${transposeA}`]);
        const right = Float32Array.from(b[`${transposeB}`]);
        reference.matmul(c, left, right, product(2, 3, 2, transposeA, transposeB));
        assert.deepEqual([...c], [122, 128, 149, 164]);
      }
    }
  });

  it("leaves the output alone when there is nothing to sum over", () => {
    const c = Float32Array.of(1, 2);
    reference.matmul(c, new Float32Array(0), new Float32Array(0), product(1, 0, 2, false, false));
    assert.deepEqual([...c], [1, 2]);
  });
});

/** A product with its terms, and what the reference makes of them: one for all families. */
interface Expectation {
  readonly a: Float32Array;
  readonly b: Float32Array;
  /** What the output holds before. */
  readonly c: Float32Array;
  readonly expected: Float32Array;
}

const expectations = new Map<string, Expectation>();

function expectation(g: MatmulGeometry, seed: number, spoil: (b: Float32Array) => void): Expectation {
  const key = `${JSON.stringify(g)} ${seed}`;
  const known = expectations.get(key);
  if (known !== undefined) return known;
  const a = noise(g.batch * g.m * g.k, seed);
  const b = noise(g.batch * g.k * g.n, seed + 1);
  spoil(b);
  const c = noise(g.batch * g.m * g.n, seed + 2);
  const expected = c.slice();
  reference.matmul(expected, a, b, g);
  const made = { a, b, c, expected };
  expectations.set(key, made);
  return made;
}

for (const family of simdFamilies()) {
  describe(`matmul, ${family.family}`, () => {
    function compare(g: MatmulGeometry, seed: number, spoil: (b: Float32Array) => void = () => {}): void {
      const { a, b, c, expected } = expectation(g, seed, spoil);
      const actual = c.slice();
      family.matmul(actual, a, b, g);
      assertClose(actual, expected, JSON.stringify(g));
    }

    it("agrees with the reference on drawn geometries and adds to the output", () => {
      fc.assert(
        fc.property(anyMatmul, fc.nat({ max: 1000 }), (g, seed) => compare(g, seed)),
        { seed: SEED, numRuns: 300 },
      );
    });

    it("agrees on matrices of several blocks in every direction", () => {
      for (const transposeA of [false, true]) {
        for (const transposeB of [false, true]) compare(product(301, 1100, 170, transposeA, transposeB), 3);
      }
      compare(product(70, 3, 40_000, true, false), 4);
      compare(product(40_000, 3, 7, false, true), 5);
    });

    it("agrees on wide products of few rows", () => {
      for (const m of [1, 2, 3, 4]) {
        for (const transposeA of [false, true]) {
          for (const transposeB of [false, true])
            compare(product(m, 2500, 333, transposeA, transposeB), 6 + m);
        }
      }
    });

    it("does nothing for empty matrices", () => {
      for (const [m, k, n] of [
        [0, 3, 4],
        [3, 0, 4],
        [3, 4, 0],
      ]) {
        compare(product(m, k, n, false, true), 1);
      }
    });

    it("lets a NaN or an infinity in B reach only its own column", () => {
      for (const m of [1, 3, 15]) {
        for (const transposeB of [false, true]) {
          compare(product(m, 1029, 61, false, transposeB), 8, (b) => {
            b[5] = NaN;
            b[b.length - 62] = Infinity;
            b[b.length - 1] = -Infinity;
          });
        }
      }
    });

    it("keeps a sum of 9,216 products within 3e-6 of float64", () => {
      // As in the MNIST net: activations of a rectifier, weights uniform within 1 / sqrt(9216).
      for (const m of [1, 15]) {
        const g = product(m, 9216, 128, false, true);
        const a = noise(m * g.k, 1).map(Math.abs);
        const b = noise(g.n * g.k, 2).map((w) => w / 96);
        const c = new Float32Array(m * g.n);
        family.matmul(c, a, b, g);
        const expected = new Float64Array(m * g.n);
        reference.matmul(expected, Float64Array.from(a), Float64Array.from(b), g);
        const error = expected.reduce((worst, value, i) => Math.max(worst, Math.abs(value - c[i])), 0);
        assert.isBelow(error, 3e-6);
      }
    });
  });
}

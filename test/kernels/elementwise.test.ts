import { reference } from "../../src/kernels/index.ts";
import { assertClose, assertIdentical, noise, simdFamilies } from "./arrays.ts";

const special = Float32Array.of(NaN, 0, -0, Infinity, -Infinity, 1e-45, -1e-45, 3.5, -3.5);

for (const family of [reference, ...simdFamilies()]) {
  describe(`elementwise kernels, ${family.family}`, () => {
    it("rectifies, keeping NaN and the sign of zero", () => {
      const y = new Float32Array(special.length);
      family.reluForward(y, special);
      assertIdentical(y, Float32Array.of(NaN, 0, -0, Infinity, 0, 1e-45, 0, 3.5, 0), "relu");
    });

    it("passes gradients where the input is positive or NaN, adding to what is there", () => {
      const dx = new Float32Array(special.length).fill(1);
      const dy = special.map((_, i) => 10 * (i + 1));
      family.reluBackward(dx, dy, special);
      assertIdentical(dx, Float32Array.of(11, 1, 1, 41, 1, 61, 1, 81, 1), "relu's gradient");
    });

    it("does not let a NaN gradient through where the input is negative", () => {
      const dx = Float32Array.of(1, 1);
      family.reluBackward(dx, Float32Array.of(NaN, NaN), Float32Array.of(-1, 1));
      assertIdentical(dx, Float32Array.of(1, NaN), "relu's gradient");
    });

    it("adds, in place as well", () => {
      const y = Float32Array.of(1, 2, 3, 4, 5);
      family.add(y, y, Float32Array.of(10, NaN, Infinity, -4, 0.5));
      assertIdentical(y, Float32Array.of(11, NaN, Infinity, 0, 5.5), "sum");
    });

    it("does not touch what lies beside a view", () => {
      const whole = new Float32Array(12).fill(7);
      family.reluForward(whole.subarray(3, 8), Float32Array.of(1, -2, 3, -4, 5));
      assertIdentical(whole, [7, 7, 7, 1, 0, 3, 0, 5, 7, 7, 7, 7], "view");
    });
  });
}

for (const family of simdFamilies()) {
  describe(`elementwise kernels, ${family.family} against the reference`, () => {
    // Nothing, less than a vector, and more than is copied at a time.
    for (const length of [0, 1, 3, 4, 5, 1000, 16384, 50_003]) {
      it(`agrees to the bit on ${length} elements`, () => {
        const a = noise(length, 1);
        const b = noise(length, 2);
        const [y, expected] = [new Float32Array(length), new Float32Array(length)];
        family.add(y, a, b);
        reference.add(expected, a, b);
        assertIdentical(y, expected, "sum");
        family.reluForward(y, a);
        reference.reluForward(expected, a);
        assertIdentical(y, expected, "relu");
        family.reluBackward(y, b, a);
        reference.reluBackward(expected, b, a);
        assertIdentical(y, expected, "relu's gradient");
      });

      it(`makes Adadelta's step to rounding on ${length} elements`, () => {
        const arrays = (): [Float32Array, Float32Array, Float32Array] => [
          noise(length, 1),
          noise(length, 2).map(Math.abs),
          noise(length, 3).map(Math.abs),
        ];
        const actual = arrays();
        const expected = arrays();
        const step = { lr: 0.7, rho: 0.9, eps: 1e-6, weightDecay: 0.01 };
        family.adadelta(...actual, noise(length, 4), step);
        reference.adadelta(...expected, noise(length, 4), step);
        for (const [i, name] of ["parameter", "squares", "deltas"].entries()) {
          assertClose(actual[i], expected[i], name);
        }
      });
    }
  });
}

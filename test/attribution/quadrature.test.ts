import { expect } from "chai";
import { quadrature, quadratureMethods } from "../../src/attribution/index.ts";
import { ArgumentError } from "../../src/errors.ts";

/** Σ weights · f(alphas). */
function integrate(method: string, n: number, f: (alpha: number) => number): number {
  const { alphas, weights } = quadrature(method, n);
  return weights.reduce((sum, weight, k) => sum + weight * f(alphas[k]), 0);
}

describe("quadrature", () => {
  it("has the published nodes and weights of Gauss and Legendre", () => {
    const two = quadrature("gausslegendre", 2);
    expect([...two.alphas]).to.deep.equal([0.21132486540518713, 0.7886751345948129]);
    const three = quadrature("gausslegendre", 3);
    expect(three.alphas[1]).to.equal(0.5);
    [5 / 18, 8 / 18, 5 / 18].forEach((weight, k) => expect(three.weights[k]).to.be.closeTo(weight, 1e-15));
    const fifteen = quadrature("gausslegendre", 15);
    [0.006003740989757311, 0.031363303799647024, 0.0758967082947864].forEach((alpha, k) =>
      expect(fifteen.alphas[k]).to.be.closeTo(alpha, 1e-16),
    );
    [0.015376620998059323, 0.035183023744054034, 0.053579610233585886].forEach((weight, k) =>
      expect(fifteen.weights[k]).to.be.closeTo(weight, 1e-15),
    );
  });

  it("integrates polynomials up to degree 2n - 1 exactly by Gauss-Legendre, and not beyond", () => {
    for (const n of [1, 2, 5, 12]) {
      for (let degree = 0; degree < 2 * n; degree++) {
        expect(integrate("gausslegendre", n, (a) => a ** degree)).to.be.closeTo(1 / (degree + 1), 1e-14);
      }
    }
    expect(Math.abs(integrate("gausslegendre", 2, (a) => a ** 4) - 1 / 5)).to.be.above(1e-3);
  });

  it("orders the points from the baseline to the input, all within the path, with positive weights", () => {
    for (const method of quadratureMethods) {
      for (const n of [2, 3, 50, 501]) {
        const { alphas, weights } = quadrature(method, n);
        expect(alphas).to.have.length(n);
        expect([...alphas].sort((a, b) => a - b)).to.deep.equal([...alphas]);
        expect(alphas[0]).to.be.at.least(0);
        expect(alphas[n - 1]).to.be.at.most(1);
        expect(weights.every((weight) => weight > 0)).to.equal(true);
      }
    }
  });

  it("gives weights that sum to one, except for the trapezoid, which is short by 1/n as Captum's is", () => {
    for (const method of quadratureMethods) {
      const expected = method === "riemann_trapezoid" ? 49 / 50 : 1;
      expect(integrate(method, 50, () => 1)).to.be.closeTo(expected, 1e-12);
    }
  });

  it("places Riemann's points at the left, the middle and the right of each step", () => {
    expect([...quadrature("riemann_left", 4).alphas]).to.deep.equal([0, 0.25, 0.5, 0.75]);
    expect([...quadrature("riemann_middle", 4).alphas]).to.deep.equal([0.125, 0.375, 0.625, 0.875]);
    expect([...quadrature("riemann_right", 4).alphas]).to.deep.equal([0.25, 0.5, 0.75, 1]);
    expect([...quadrature("riemann_trapezoid", 5).alphas]).to.deep.equal([0, 0.25, 0.5, 0.75, 1]);
  });

  it("suggests the nearest name for one that it does not know", () => {
    expect(() => quadrature("gauss_legendre", 5)).to.throw(ArgumentError, 'did you mean "gausslegendre"?');
    expect(() => quadrature("simpson", 5)).to.throw(ArgumentError, "known: riemann_left, riemann_right");
    expect(() => quadrature("toString", 5)).to.throw(ArgumentError, "unknown method");
  });

  it("refuses a number of steps that is no positive integer, and a single step for Riemann's rules", () => {
    for (const n of [0, -1, 2.5, NaN, Infinity]) {
      expect(() => quadrature("gausslegendre", n)).to.throw(ArgumentError, `an integer >= 1, got ${n}`);
    }
    expect(() => quadrature("riemann_left", 1)).to.throw(ArgumentError, "an integer >= 2, got 1");
  });
});

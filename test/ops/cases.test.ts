import { expect } from "chai";
import { grad } from "../../src/autograd/grad.ts";
import * as ops from "../../src/ops/index.ts";
import { Tensor } from "../../src/tensor/tensor.ts";
import { caseId, caseInputs, upstream } from "../support/case.ts";
import { cases } from "../support/cases/index.ts";
import { expectClose, float32Tolerance } from "../support/close.ts";
import { numbers, readFixture } from "../support/fixtures.ts";
import type { FixtureNumber } from "../support/fixtures.ts";
import { gradientError } from "../support/gradcheck.ts";

interface OpFixture {
  readonly torch: string;
  readonly cases: Readonly<
    Record<
      string,
      {
        readonly shape: readonly number[];
        readonly y: readonly FixtureNumber[];
        readonly grads: Readonly<Record<string, readonly FixtureNumber[]>>;
      }
    >
  >;
}

const fixture = readFixture<OpFixture>("ops.json");

describe("the case table", () => {
  it("has a row for every exported operation", () => {
    const covered = new Set(cases.map((row) => row.op));
    const missing = Object.keys(ops).filter((name) => !covered.has(name));
    expect(missing).to.deep.equal([]);
  });

  it("names every row once", () => {
    const ids = cases.map(caseId);
    expect(ids.filter((id, i) => ids.indexOf(id) !== i)).to.deep.equal([]);
  });

  it("has PyTorch's numbers for every row and for nothing else", () => {
    expect(Object.keys(fixture.cases).sort()).to.deep.equal(cases.map(caseId).sort());
  });
});

describe("operations give PyTorch's values and gradients", () => {
  for (const row of cases) {
    it(caseId(row), () => {
      const expected = fixture.cases[caseId(row)];
      const inputs = caseInputs(row, "float32");
      const y = row.run(inputs);
      expect(y.shape).to.deep.equal(expected.shape);
      const tolerance = row.tolerance ?? float32Tolerance;
      expectClose(y.data, numbers(expected.y), tolerance, "value");
      if (row.discrete === true) {
        expect(y.requiresGrad).to.equal(false);
        return;
      }
      const dy = new Tensor(
        Float32Array.from(y.data, (_, i) => upstream(i)),
        y.shape,
        "float32",
      );
      const names = Object.keys(inputs);
      const gradients = grad([y], Object.values(inputs), { gradOutputs: [dy], allowUnused: true });
      names.forEach((name, i) => {
        expectClose(gradients[i].data, numbers(expected.grads[name]), tolerance, `gradient of ${name}`);
      });
    });
  }
});

describe("gradients agree with finite differences in float64", () => {
  for (const row of cases.filter((row) => row.kink !== true && row.discrete !== true)) {
    it(caseId(row), () => {
      expect(gradientError(row.run, caseInputs(row, "float64"))).to.be.below(1e-7);
    });
  }
});

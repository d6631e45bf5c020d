import { expect } from "chai";
import { kernels } from "../../src/kernels/index.ts";
import { expectClose } from "../support/close.ts";
import { readFixture } from "../support/fixtures.ts";
import { attributionCases } from "./cases.ts";
import type { AttributionCase } from "./cases.ts";
import { caseId, runCase } from "./run-case.ts";

/** Few numbers as they are, many as base64 of their bytes. */
type Packed = readonly number[] | string;

interface Expected {
  readonly dtype: "float32" | "float64";
  readonly attributions: readonly Packed[];
  readonly delta?: readonly number[];
}

const fixture = readFixture<{ readonly cases: Readonly<Record<string, Expected>> }>("attribution.json");

/** Two correct implementations in float32 differ by a tenth of this, away from kinks. */
const tolerance = { rtol: 1e-5, atol: 1e-6 };

/** Losses of windows are differences of log-probabilities near -10, whose last bit is 1e-6. */
const lossTolerance = { rtol: 1e-5, atol: 5e-6 };

/**
 * How many values one rectifier or pool may change when its two sides are equal but for rounding: the pixels behind a
 * 2 × 2 pool of two 3 × 3 convolutions. A net of this size decides a million times in 50 steps, and float32 tells about
 * one decision in ten million apart only by how its sums are ordered; Captum on another PyTorch backend differs so too.
 * Relaxed SIMD orders and rounds the sums as PyTorch does (test/kernels/conv-bits.test.ts), and meets none.
 */
const PIXELS_BEHIND_A_KINK = 36;

/** Which pictures met a kink. */
const kinksMet: string[] = [];

function unpacked(values: Packed, dtype: "float32" | "float64"): number[] {
  if (typeof values !== "string") return [...values];
  const bytes = new Uint8Array(Buffer.from(values, "base64"));
  return Array.from(dtype === "float32" ? new Float32Array(bytes.buffer) : new Float64Array(bytes.buffer));
}

describe("the table of attributions", () => {
  it("names every row once", () => {
    const ids = attributionCases.map(caseId);
    expect(ids.filter((id, i) => ids.indexOf(id) !== i)).to.deep.equal([]);
  });

  it("has Captum's numbers for every row and for nothing else", () => {
    expect(Object.keys(fixture.cases).sort()).to.deep.equal(attributionCases.map(caseId).sort());
  });
});

describe("attributions are Captum's", () => {
  for (const row of attributionCases) {
    it(caseId(row), () => {
      const expected = fixture.cases[caseId(row)];
      const { attributions, delta } = runCase(row);
      let mass = 0;
      expect(attributions.length).to.equal(expected.attributions.length);
      attributions.forEach((attribution, i) => {
        expect(attribution.shape).to.deep.equal(row.inputs[i].shape);
        expect(attribution.dtype).to.equal(expected.dtype);
        const values = unpacked(expected.attributions[i], expected.dtype);
        if (row.model.endsWith("net")) expectDigit(row, attribution.data, values);
        else expectClose(attribution.data, values, tolerance, `attributions of input ${i}`);
        mass += values.reduce((sum, value) => sum + Math.abs(value), 0);
      });
      // The delta is a small difference of large sums: its rounding is that of the sums.
      if (expected.delta !== undefined) {
        expectClose(delta?.data ?? [], expected.delta, { rtol: 0, atol: 1e-6 + 1e-5 * mass }, "delta");
      } else {
        expect(delta).to.equal(null);
      }
    });
  }

  it("for all pictures, or without fused multiply-adds for all but few that meet a kink within rounding", () => {
    expect(kinksMet.length, kinksMet.join("; ")).to.be.at.most(kernels().family === "relaxed-simd" ? 0 : 5);
  });
});

/** Close everywhere, or everywhere but behind one kink, where nothing is off by more than a hundredth of the largest. */
function expectDigit(row: AttributionCase, actual: ArrayLike<number>, values: readonly number[]): void {
  const { rtol, atol } = row.method === "occlusion" ? lossTolerance : tolerance;
  const largest = values.reduce((max, value) => Math.max(max, Math.abs(value)), 0);
  const off = values.filter((value, i) => !(Math.abs(actual[i] - value) <= atol + rtol * Math.abs(value)));
  if (off.length === 0) return;
  kinksMet.push(caseId(row));
  expect(off.length, "values beyond the tolerance").to.be.at.most(PIXELS_BEHIND_A_KINK);
  expectClose(actual, values, { rtol: 0, atol: 0.01 * largest }, "attributions");
}

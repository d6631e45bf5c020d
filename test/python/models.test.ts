import { readFileSync } from "node:fs";
import { expect } from "chai";
import { moduleFromSource, mul, sum } from "../../src/index.ts";
import type { SourceModule } from "../../src/python/index.ts";
import { Tensor } from "../../src/tensor/tensor.ts";
import { formulaState, wave } from "./formula-weights.ts";

/** What PyTorch made of one file, see tools/python_model_fixtures.py. */
interface Expected {
  readonly input: readonly number[];
  readonly names: readonly (readonly [string, readonly number[]])[] | null;
  readonly count: number;
  readonly parameters: number;
  readonly output: readonly number[];
  readonly gradient: { readonly stride: number; readonly values: readonly number[]; readonly norm: number };
}

const folder = new URL("../fixtures/python/", import.meta.url);
const fixtures = JSON.parse(readFileSync(new URL("models.json", folder), "utf8")) as Record<string, Expected>;

function load(stem: string): SourceModule {
  const source = readFileSync(new URL(`models/${stem}.py`, folder), "utf8");
  const net = moduleFromSource({ source, file: `${stem}.py`, initialize: false });
  net.loadStateDict(formulaState(net));
  return net.eval();
}

/** Within a share of the largest value: gradients may all be small. */
function expectClose(
  actual: ArrayLike<number>,
  expected: readonly number[],
  share: number,
  what: string,
): void {
  expect(actual.length, what).to.equal(expected.length);
  const size = Math.max(...expected.map(Math.abs));
  expected.forEach((value, i) => expect(actual[i], `${what} ${i}`).to.be.closeTo(value, share * size));
}

describe("Model files", () => {
  for (const [stem, expected] of Object.entries(fixtures)) {
    it(`finds the net of ${stem}.py, with PyTorch's names, outputs and gradients`, () => {
      const net = load(stem);
      const state = [...net.stateDict()];
      expect(state.length).to.equal(expected.count);
      if (expected.names !== null) {
        expect(state.map(([name, { shape }]) => [name, [...shape]])).to.deep.equal(expected.names);
      }
      expect(net.parameters().reduce((n, parameter) => n + parameter.numel(), 0)).to.equal(
        expected.parameters,
      );

      const input = wave(expected.input, 0.3, 0.11).to("float32");
      const x = new Tensor(input.data, input.shape, "float32", { requiresGrad: true });
      const y = net.forward(x);
      expectClose(y.data, expected.output, 1e-5, "output");
      sum(mul(y, wave(y.shape, 0.5, 1.7).to("float32"))).backward();
      const gradient = Array.from(x.grad?.data ?? []);
      const { stride, values, norm } = expected.gradient;
      expectClose(
        gradient.filter((_, i) => i % stride === 0),
        values,
        // Twenty layers back, float32 has lost some of the bits that both sides began with.
        3e-5,
        "gradient",
      );
      expect(Math.hypot(...gradient)).to.be.closeTo(norm, 3e-5 * norm);
    });
  }
});

import { expect } from "chai";
import fc from "fast-check";
import { IntegratedGradients, quadratureMethods } from "../../src/attribution/index.ts";
import type { IntegratedGradientsOptions } from "../../src/attribution/index.ts";
import { add, exp, linear, mul, relu, sub, sum } from "../../src/ops/index.ts";
import { tensor } from "../../src/tensor/creation.ts";
import { randn, Generator } from "../../src/tensor/random.ts";
import { Tensor } from "../../src/tensor/tensor.ts";
import { expectClose } from "../support/close.ts";
import { toyModels } from "../support/toy-models.ts";
import { formulaMnist, smallSizes } from "../support/formula-mnist.ts";

const seed = { seed: 20170303, numRuns: 40 };
const value = fc.double({ min: -3, max: 3, noNaN: true });
const row = fc.array(value, { minLength: 3, maxLength: 3 });

function float64(values: number[][]): Tensor {
  return tensor(values, { dtype: "float64" });
}

/** A smooth function that treats its three arguments differently. */
function smooth(x: Tensor): Tensor {
  const weights = tensor([[0.3, -0.8, 0.5]], { dtype: "float64" });
  return sum(add(exp(linear(x, weights)), sum(mul(x, mul(x, weights)), 1, { keepdim: true })), 1);
}

function attributions(
  forward: (x: Tensor) => Tensor,
  x: Tensor,
  options: IntegratedGradientsOptions,
): Tensor {
  return new IntegratedGradients(forward).attribute(x, { ...options, returnConvergenceDelta: false });
}

describe("Integrated Gradients keep their axioms", () => {
  it("completeness: they sum to the change of the output, to rounding, for a smooth function", () => {
    fc.assert(
      fc.property(row, row, (x, baseline) => {
        const ig = new IntegratedGradients(smooth);
        const options = { baselines: float64([baseline]), nSteps: 30, returnConvergenceDelta: true } as const;
        const { attributions, delta } = ig.attribute(float64([x]), options);
        const change = smooth(float64([x])).item() - smooth(float64([baseline])).item();
        const total = sum(attributions).item();
        // The weights are float32, as Captum's are: their rounding is what is left.
        expect(Math.abs(total - change)).to.be.below(1e-5 * (1 + Math.abs(change)));
        expect(delta.item()).to.be.closeTo(total - change, 1e-12);
      }),
      seed,
    );
  });

  it("linearity: a weighted sum of functions gets the weighted sum of their attributions", () => {
    fc.assert(
      fc.property(row, value, value, (x, a, b) => {
        const other = (t: Tensor): Tensor => sum(relu(t), 1);
        const input = float64([x]);
        const joint = attributions((t) => add(mul(smooth(t), a), mul(other(t), b)), input, { nSteps: 9 });
        const first = attributions(smooth, input, { nSteps: 9 });
        const second = attributions(other, input, { nSteps: 9 });
        expectClose(joint.data, add(mul(first, a), mul(second, b)).data, { rtol: 1e-12, atol: 1e-12 }, "sum");
      }),
      seed,
    );
  });

  it("a linear function gets weight times (input - baseline), by any rule whose weights sum to one", () => {
    fc.assert(
      fc.property(row, row, row, (x, baseline, weights) => {
        for (const method of quadratureMethods) {
          const found = attributions((t) => linear(t, float64([weights])), float64([x]), {
            baselines: float64([baseline]),
            method,
            nSteps: 8,
          });
          const share = method === "riemann_trapezoid" ? 7 / 8 : 1;
          const expected = x.map((_, i) => share * weights[i] * (x[i] - baseline[i]));
          expectClose(found.data, expected, { rtol: 1e-6, atol: 1e-12 }, method);
        }
      }),
      seed,
    );
  });

  it("implementation invariance: two ways to write a function get the same attributions", () => {
    fc.assert(
      fc.property(row, (x) => {
        const written = attributions((t) => sum(mul(t, mul(t, t)), 1), float64([x]), {});
        const rewritten = attributions(
          (t) => sub(sum(mul(mul(t, t), add(t, 1)), 1), sum(mul(t, t), 1)),
          float64([x]),
          {},
        );
        expectClose(rewritten.data, written.data, { rtol: 1e-9, atol: 1e-9 }, "rewritten");
      }),
      seed,
    );
  });

  it("symmetry: features that play the same part and have the same values get the same attributions", () => {
    fc.assert(
      fc.property(value, value, (both, third) => {
        const { data } = attributions((t) => exp(sum(t, 1)), float64([[both, third, both]]), {});
        expect(data[0]).to.equal(data[2]);
      }),
      seed,
    );
  });

  it("sensitivity: a feature that nothing depends on, and one at its baseline, get zero", () => {
    fc.assert(
      fc.property(row, (x) => {
        const ignored = attributions((t) => exp(linear(t, float64([[1, 0, -1]]))), float64([x]), {});
        expect(ignored.data[1]).to.satisfy((v: number) => v === 0);
        const same = attributions(smooth, float64([x]), { baselines: float64([x]) });
        expect(same.data.every((v) => v === 0)).to.equal(true);
      }),
      seed,
    );
  });

  it("a path walked backwards gives the opposite attributions", () => {
    fc.assert(
      fc.property(row, row, (x, y) => {
        const there = attributions(smooth, float64([x]), { baselines: float64([y]), nSteps: 9 });
        const back = attributions(smooth, float64([y]), { baselines: float64([x]), nSteps: 9 });
        expectClose(
          there.data,
          back.data.map((v) => -v),
          { rtol: 1e-9, atol: 1e-9 },
          "reversed",
        );
      }),
      seed,
    );
  });
});

describe("Integrated Gradients in float32", () => {
  it("are those in float64 to float32's rounding, for every rule", () => {
    fc.assert(
      fc.property(row, row, fc.constantFrom(...quadratureMethods), (x, baseline, method) => {
        const single = toyModels.Cubic;
        const exact = attributions(single, float64([x]), { baselines: float64([baseline]), method });
        const rounded = attributions(single, tensor([x]), { baselines: tensor([baseline]), method });
        expect([exact.dtype, rounded.dtype]).to.deep.equal(["float64", "float32"]);
        expectClose(rounded.data, exact.data, { rtol: 1e-5, atol: 2e-5 }, method);
      }),
      seed,
    );
  });
});

describe("Integrated Gradients of a convolutional net", () => {
  const net = formulaMnist(smallSizes, true);
  const images = randn([5, 1, 28, 28], { generator: new Generator(3) });
  const target = [0, 3, 9, -1, 5];
  const together = attributions(net, images, { target, nSteps: 15 });

  it("are those of each picture alone", () => {
    target.forEach((one, i) => {
      const picture = new Tensor(images.data.slice(i * 784, (i + 1) * 784), [1, 1, 28, 28], "float32");
      const alone = attributions(net, picture, { target: one, nSteps: 15 });
      const row = together.data.subarray(i * 784, (i + 1) * 784);
      expectClose(alone.data, row, { rtol: 1e-5, atol: 1e-6 }, `picture ${i}`);
    });
  });

  it("do not depend on the size of the chunks, down to a single row", () => {
    for (const internalBatchSize of [1, 3, 5, 7, 75, 1000]) {
      const chunked = attributions(net, images, { target, nSteps: 15, internalBatchSize });
      expectClose(chunked.data, together.data, { rtol: 1e-5, atol: 1e-6 }, `chunks of ${internalBatchSize}`);
    }
  });

  it("sum to the change of the log-probability within their delta", () => {
    const ig = new IntegratedGradients(net);
    const { attributions, delta } = ig.attribute(images, {
      target,
      nSteps: 300,
      returnConvergenceDelta: true,
    });
    const ends = net(images);
    const starts = net(mul(images, 0));
    target.forEach((one, i) => {
      const place = i * 10 + (one < 0 ? one + 10 : one);
      const total = Array.from(attributions.data.subarray(i * 784, (i + 1) * 784)).reduce((a, b) => a + b, 0);
      const change = ends.data[place] - starts.data[place];
      expect(delta.data[i]).to.be.closeTo(total - change, 1e-4);
      expect(Math.abs(delta.data[i])).to.be.below(0.05 * Math.abs(change));
    });
  });
});

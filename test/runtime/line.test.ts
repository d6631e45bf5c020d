import { expect } from "chai";
import { IntegratedGradients } from "../../src/attribution/index.ts";
import type { QuadratureMethod } from "../../src/attribution/index.ts";
import * as nn from "../../src/nn/index.ts";
import { flatten, logSoftmax, maxPool2d, mean, relu } from "../../src/ops/index.ts";
import { capture, Runtime } from "../../src/runtime/index.ts";
import type { Captured } from "../../src/runtime/index.ts";
import { Generator, randn } from "../../src/tensor/random.ts";
import { full, zeros } from "../../src/tensor/creation.ts";
import type { Tensor } from "../../src/tensor/tensor.ts";
import { expectClose } from "../support/close.ts";
import { describeFamilies } from "../support/families.ts";
import { formulaMnist, smallSizes } from "../support/formula-mnist.ts";

/** The project's tolerance for explanations. */
const tolerance = { rtol: 1e-5, atol: 1e-6 };

/** A stroke with soft edges on a flat ground, 28 × 28, as a digit is. */
function stroke(seed: number): Tensor {
  const x = full([1, 1, 28, 28], -0.42);
  const [from, slope] = Array.from(randn([2], { generator: new Generator(seed) }).data);
  for (let row = 5; row < 23; row++) {
    const middle = 13 + 3 * from + 0.3 * slope * (row - 14);
    for (let column = 4; column < 24; column++) {
      const ink = Math.max(0, 2 - Math.abs(column - middle));
      x.data[28 * row + column] = -0.42 + 1.6 * Math.min(1, ink);
    }
  }
  return x;
}

/** Whether the short way was taken for every example. */
function spied(forward: Captured): { readonly forward: Captured; readonly answers: boolean[] } {
  const answers: boolean[] = [];
  const sumOfGradients: Captured["sumOfGradients"] = (request, shape) => {
    const sums = forward.sumOfGradients(request, shape);
    answers.push(sums !== null);
    return sums;
  };
  return { forward: Object.assign((x: Tensor) => forward(x), { ...forward, sumOfGradients }), answers };
}

function seeded<M extends nn.Module>(module: M): M {
  const generator = new Generator(11);
  for (const parameter of module.parameters()) {
    const scale = 1 / Math.sqrt(parameter.numel() / parameter.shape[0]);
    parameter.data.set(randn(parameter.shape, { generator }).data.map((value) => value * scale));
  }
  module.eval().requiresGrad_(false);
  return module;
}

const padded1 = seeded(new nn.Conv2d(2, 12, 3, { padding: 1 }));
const padded2 = seeded(new nn.Conv2d(12, 16, 5, { padding: 2 }));
const third = seeded(new nn.Conv2d(16, 8, 3));
const strided = seeded(new nn.Conv2d(2, 8, 3, { stride: 2 }));
const wide = seeded(new nn.Conv2d(8, 8, 3));
const head = seeded(new nn.Linear(8, 5));

/** Functions of [N, 2, 28, 28] beside the MNIST nets. */
const others: Readonly<Record<string, (x: Tensor) => Tensor>> = {
  "padded convolutions, then a third one": (x) => {
    const pooled = maxPool2d(relu(padded2.forward(relu(padded1.forward(x)))), 2);
    return logSoftmax(head.forward(mean(relu(third.forward(pooled)), [2, 3])), 1);
  },
  "a strided first convolution": (x) => {
    const pooled = maxPool2d(wide.forward(relu(strided.forward(x))), 2);
    return logSoftmax(head.forward(flatten(mean(pooled, [2, 3]), 1)), 1);
  },
};

describeFamilies("Integrated Gradients of a captured function", (family) => {
  if (family === "reference") return;
  const nets = { "TorchServe's net": false, "the examples' net": true };
  const pictures: Readonly<Record<string, Tensor>> = {
    "a stroke": stroke(1),
    noise: randn([1, 1, 28, 28], { generator: new Generator(2) }),
    "a flat picture": full([1, 1, 28, 28], 0.7),
  };
  const baselines: Readonly<Record<string, number | Tensor>> = {
    zero: 0,
    black: -0.4242,
    "another stroke": stroke(5),
    noise: randn([1, 1, 28, 28], { generator: new Generator(3) }),
  };
  for (const [net, reluAfterConv2] of Object.entries(nets)) {
    const eager = formulaMnist({ ...smallSizes, conv1: 8 }, reluAfterConv2);
    const { forward, answers } = spied(capture(eager));
    for (const [picture, x] of Object.entries(pictures)) {
      for (const [baseline, b] of Object.entries(baselines)) {
        for (const nSteps of [15, 50]) {
          it(`takes the short way and gives the long way's attributions: ${net}, ${picture} from ${baseline}, ${nSteps} steps`, () => {
            answers.length = 0;
            const options = { target: 3, nSteps, baselines: b };
            const short = new IntegratedGradients(forward).attribute(x, options);
            const long = new IntegratedGradients(eager).attribute(x, options);
            expect(answers).to.deep.equal([true]);
            expectClose(short.data, long.data, tolerance, "attributions");
          });
        }
      }
    }

    for (const method of ["riemann_trapezoid", "riemann_left"] satisfies QuadratureMethod[]) {
      it(`takes the points and weights of ${method}, for several examples with a class each: ${net}`, () => {
        const x = zeros([3, 1, 28, 28]);
        [stroke(1), stroke(2), stroke(3)].forEach((one, i) => x.data.set(one.data, 784 * i));
        const options = { target: [1, 7, 2], nSteps: 9, method, returnConvergenceDelta: true } as const;
        const short = new IntegratedGradients(forward).attribute(x, options);
        const long = new IntegratedGradients(eager).attribute(x, options);
        expectClose(short.attributions.data, long.attributions.data, tolerance, "attributions");
        expectClose(short.delta.data, long.delta.data, { rtol: 0, atol: 1e-4 }, "delta");
      });
    }
  }

  for (const [name, eager] of Object.entries(others)) {
    it(`takes the short way: ${name}`, () => {
      const { forward, answers } = spied(capture(eager));
      const x = randn([2, 2, 28, 28], { generator: new Generator(6) });
      for (let i = 0; i < x.numel(); i++) if (i % 28 > 14) x.data[i] = 0.25;
      const short = new IntegratedGradients(forward).attribute(x, { target: 1, nSteps: 12 });
      const long = new IntegratedGradients(eager).attribute(x, { target: 1, nSteps: 12 });
      expect(answers).to.deep.equal([true, true]);
      expectClose(short.data, long.data, tolerance, "attributions");
    });
  }

  it("keeps apart two functions that share the second convolution and not the first", () => {
    const other = seeded(new nn.Conv2d(2, 8, 3));
    other.weight.data.reverse();
    const runtime = new Runtime();
    const x = randn([1, 2, 28, 28], { generator: new Generator(9) });
    for (const first of [seeded(new nn.Conv2d(2, 8, 3)), other]) {
      const eager = (input: Tensor): Tensor => {
        const pooled = maxPool2d(wide.forward(relu(first.forward(input))), 2);
        return logSoftmax(head.forward(flatten(mean(pooled, [2, 3]), 1)), 1);
      };
      const { forward, answers } = spied(capture(eager, runtime));
      const short = new IntegratedGradients(forward).attribute(x, { target: 2, nSteps: 9 });
      const long = new IntegratedGradients(eager).attribute(x, { target: 2, nSteps: 9 });
      expect(answers).to.deep.equal([true]);
      expectClose(short.data, long.data, tolerance, "attributions");
    }
  });

  it("takes the long way for other functions, for chunks that were asked for, and for what is not finite", () => {
    const eager = formulaMnist({ ...smallSizes, conv1: 8 }, false);
    const { forward, answers } = spied(capture(eager));
    const ig = new IntegratedGradients(forward);
    ig.attribute(stroke(1), { target: 0, nSteps: 4, internalBatchSize: 2 });
    expect(answers).to.deep.equal([]);
    const broken = stroke(1);
    broken.data[100] = Infinity;
    ig.attribute(broken, { target: 0, nSteps: 4 });
    expect(answers).to.deep.equal([false]);
    const sum = spied(capture((x) => logSoftmax(flatten(relu(x), 1), 1)));
    new IntegratedGradients(sum.forward).attribute(stroke(1), { target: 0, nSteps: 4 });
    expect(sum.answers).to.deep.equal([false]);
  });

  it("names the classes when the target is none of them, as the long way does", () => {
    const { forward } = spied(capture(formulaMnist({ ...smallSizes, conv1: 8 }, false)));
    expect(() => new IntegratedGradients(forward).attribute(stroke(1), { target: 10, nSteps: 4 })).to.throw(
      /10/,
    );
  });
});

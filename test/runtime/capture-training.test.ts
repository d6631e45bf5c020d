import { expect } from "chai";
import { noGrad } from "../../src/autograd/index.ts";
import { createMnistNet } from "../../src/model/mnist-net.ts";
import * as nn from "../../src/nn/index.ts";
import { add, dropout, logSoftmax, nllLoss, relu } from "../../src/ops/index.ts";
import { getNumThreads, setNumThreads } from "../../src/node/index.ts";
import { captureTraining } from "../../src/runtime/index.ts";
import { defaultGenerator, Generator, manualSeed, randn } from "../../src/tensor/random.ts";
import { Tensor } from "../../src/tensor/tensor.ts";
import { expectClose } from "../support/close.ts";
import { describeFamilies } from "../support/families.ts";

/** Sums in another order, and Winograd's rounding. */
const tolerance = { rtol: 2e-4, atol: 2e-6 };

manualSeed(11);

/** Chains [5, C, H, W] (or [5, F]) to log-probabilities of at least 3 classes, each with something to get right. */
const nets: Readonly<Record<string, { readonly model: nn.Module; readonly shape: readonly number[] }>> = {
  "TorchServe's MNIST net": { model: createMnistNet("torchserve"), shape: [5, 1, 28, 28] },
  "the MNIST net of pytorch/examples": { model: createMnistNet("examples"), shape: [5, 1, 28, 28] },
  "colour pictures, odd sizes and channels": {
    model: new nn.Sequential(
      new nn.Conv2d(3, 16, [2, 5]),
      new nn.Conv2d(16, 11, 3, { bias: false }),
      new nn.MaxPool2d(2),
      new nn.ReLU(),
      new nn.Flatten(),
      new nn.Linear(11 * 3 * 5, 5),
      new nn.LogSoftmax(1),
    ),
    shape: [5, 3, 10, 17],
  },
  "three convolutions, the last two pooled": {
    model: new nn.Sequential(
      new nn.Conv2d(1, 16, 3, { bias: false }),
      new nn.ReLU(),
      new nn.Conv2d(16, 32, 3),
      new nn.ReLU(),
      new nn.MaxPool2d(2),
      new nn.Conv2d(32, 7, 3),
      new nn.MaxPool2d(2),
      new nn.Flatten(),
      new nn.Dropout(0.3),
      new nn.Linear(7 * 2 * 3, 4, { bias: false }),
      new nn.LogSoftmax(1),
    ),
    shape: [5, 1, 16, 20],
  },
  "layers of a matrix": {
    model: new nn.Sequential(
      new nn.Linear(13, 300),
      new nn.ReLU(),
      new nn.Dropout(0.5),
      new nn.Linear(300, 9),
      new nn.Linear(9, 3),
      new nn.LogSoftmax(1),
    ),
    shape: [5, 13],
  },
};

for (const threads of [1, 3]) {
  describeFamilies(
    `a captured training step on ${threads === 1 ? "one thread" : `${threads} threads`}`,
    (family) => {
      before(() => setNumThreads(threads));
      after(() => setNumThreads(1));

      if (family === "reference") {
        it("is the eager step", () => {
          const layer = new nn.Linear(4, 3);
          const fast = captureTraining((x) => layer.forward(x));
          expect(fast.whyEager(randn([1, 4]))).to.match(/reference kernels/);
          expect(fast(randn([1, 4])).requiresGrad).to.equal(true);
        });
        return;
      }

      for (const [name, { model, shape }] of Object.entries(nets)) {
        it(`gives the eager loss and gradients, step after step: ${name}`, () => {
          const fast = captureTraining((x) => model.forward(x));
          for (const seed of [1, 2]) {
            const x = randn(shape, { generator: new Generator(seed) });
            const expected = stepOf(model, (images) => model.forward(images), x, seed);
            const actual = stepOf(model, fast, x, seed);
            expect(fast.whyEager(x)).to.equal(null);
            expect(actual.loss).to.be.closeTo(expected.loss, 2e-6);
            expect(actual.state).to.deep.equal(expected.state);
            expected.gradients.forEach((gradient, i) => {
              expectClose(actual.gradients[i], gradient, tolerance, `gradient of parameter ${i}`);
            });
            // What changes between steps is seen.
            for (const parameter of model.parameters()) {
              for (let i = 0; i < parameter.data.length; i++) parameter.data[i] *= 0.9;
            }
          }
        });
      }

      it("takes every size of batch", () => {
        const { model } = nets["layers of a matrix"];
        const fast = captureTraining((x) => model.forward(x));
        for (const rows of [1, 7, 6, 7]) {
          const x = randn([rows, 13], { generator: new Generator(rows) });
          const expected = stepOf(model, (images) => model.forward(images), x, 3);
          const actual = stepOf(model, fast, x, 3);
          expectClose(actual.gradients[0], expected.gradients[0], tolerance, `${rows} rows`);
        }
      });

      it("goes on when the other threads have ended", async () => {
        expect(getNumThreads()).to.equal(threads);
        const { model, shape } = nets["three convolutions, the last two pooled"];
        const fast = captureTraining((x) => model.forward(x));
        const x = randn(shape, { generator: new Generator(4) });
        const { gradients } = stepOf(model, fast, x, 5);
        await setNumThreads(1);
        expect(stepOf(model, fast, x, 5).gradients).to.deep.equal(gradients);
        await setNumThreads(threads);
      });

      it("adds to gradients that are there", () => {
        const layer = new nn.Linear(8, 3);
        const fast = captureTraining((x) => logSoftmax(layer.forward(x), 1));
        const x = randn([2, 8], { generator: new Generator(1) });
        nllLoss(fast(x), [0, 1]).backward();
        const once = Float32Array.from(layer.weight.grad?.data ?? []);
        nllLoss(fast(x), [0, 1]).backward();
        expectClose(
          layer.weight.grad?.data ?? [],
          once.map((value) => 2 * value),
          tolerance,
          "two steps",
        );
      });

      it("runs eagerly what is no chain that plans know, with the same results, and says why", () => {
        const layer = new nn.Linear(6, 6);
        const norm = new nn.BatchNorm1d(6);
        const padded = new nn.Conv2d(1, 4, 3, { padding: 1 });
        const kept = new Generator(5);
        const cases: [(x: Tensor) => Tensor, Tensor, RegExp][] = [
          [(x) => add(layer.forward(x), x), randn([2, 6]), /add/],
          [(x) => layer.forward(relu(layer.forward(x))), randn([2, 6]), /used twice/],
          [(x) => layer.forward(norm.forward(x)), randn([2, 6]), /batchNorm/],
          [(x) => padded.forward(x), randn([2, 1, 5, 5]), /max-pooling by 2/],
          [(x) => padded.forward(dropout(x, { generator: kept })), randn([2, 1, 5, 5]), /max-pooling by 2/],
        ];
        for (const [f, x, reason] of cases) {
          const fast = captureTraining(f);
          for (let call = 0; call < 2; call++) {
            kept.manualSeed(1);
            const y = fast(x);
            kept.manualSeed(1);
            expect(Array.from(y.data)).to.deep.equal(Array.from(f(x).data));
            expect(y.requiresGrad).to.equal(true);
          }
          expect(fast.whyEager(x)).to.match(reason);
        }
        const fast = captureTraining((x) => layer.forward(x));
        expect(fast.whyEager(new Tensor(new Float64Array(6), [1, 6], "float64"))).to.match(/float64/);
        expect(noGrad(() => fast.whyEager(randn([1, 6])))).to.match(/no gradients/);
        expect(fast.whyEager(randn([1, 6], { requiresGrad: true }))).to.match(/wants a gradient/);
      });

      it("refuses the gradient of a run that another has overwritten", () => {
        const layer = new nn.Linear(8, 3);
        const fast = captureTraining((x) => layer.forward(x));
        const x = randn([2, 8]);
        const first = fast(x);
        fast(x);
        expect(() => first.backward(randn([2, 3]))).to.throw("call backward before the next forward");
      });
    },
  );
}

function stepOf(
  model: nn.Module,
  forward: (x: Tensor) => Tensor,
  x: Tensor,
  seed: number,
): { loss: number; gradients: Float32Array[]; state: unknown } {
  manualSeed(seed);
  for (const parameter of model.parameters()) parameter.grad = null;
  const loss = nllLoss(
    forward(x),
    Array.from({ length: x.shape[0] }, (_, i) => i % 3),
  );
  loss.backward();
  const gradients = [...model.parameters()].map((parameter) => Float32Array.from(parameter.grad?.data ?? []));
  return { loss: loss.item(), gradients, state: defaultGenerator.getState() };
}

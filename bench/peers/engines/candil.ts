/** @module candil, through the doors that people use: a Model's predict and attribute, and a training step. */

import {
  captureTraining,
  createMnistNet,
  fromData,
  kernelFamily,
  manualSeed,
  nllLoss,
  optim,
  setKernels,
  Tensor,
} from "../../../src/index.ts";
import { embeddedMnist, enableRelaxedSimd, getNumThreads, setNumThreads } from "../../../src/node/index.ts";
import { packageVersion } from "../../../src/node/package-version.ts";
import { answerQuestions } from "../answer.ts";
import type { Job } from "../answer.ts";
import { embeddedState } from "../material.ts";
import { engineArguments, readDigits, readFacts } from "../shared-files.ts";

const { folder, threads } = engineArguments();
const { labels, singles, checkedSteps, seed } = readFacts(folder);
const pixels = readDigits(folder);
const digits = (count: number, first = 0): Tensor => fromData(pixels(count, first), [count, 1, 28, 28]);

// As candil's own programs do.
enableRelaxedSimd();
setKernels("auto");
await setNumThreads(threads);
const model = await embeddedMnist();
const single = Array.from({ length: singles }, (_, i) => digits(1, i));

function forward(count: number): Job {
  const batch = digits(count);
  return {
    run: (turn) => model.predict(count === 1 ? single[turn % singles] : batch),
    check: () => model.predict(batch).flatMap(({ scores }) => scores.map(Math.log)),
  };
}

function explain(nSteps: number): Job {
  const attribute = (i: number): Tensor[] => model.attribute(single[i], { target: labels[i], nSteps });
  return { run: (turn) => attribute(turn % singles), check: () => attribute(0)[0].data };
}

async function train(): Promise<Job> {
  const state = await embeddedState();
  const batch = digits(labels.length);
  const targets = new Tensor(Int32Array.from(labels), [labels.length], "int32");
  const start = () => {
    const net = createMnistNet("torchserve");
    net.loadStateDict(state);
    const optimizer = new optim.Adadelta(net.parameters());
    const forward = captureTraining((images) => net.forward(images));
    manualSeed(seed);
    return (): number => {
      optimizer.zeroGrad();
      const loss = nllLoss(forward(batch), targets);
      loss.backward();
      optimizer.step();
      return loss.item();
    };
  };
  const step = start();
  return {
    run: step,
    check: () => {
      const checked = start();
      return Array.from({ length: checkedSteps }, checked);
    },
  };
}

await answerQuestions({
  engine: "candil",
  versions: { candil: packageVersion(), Node: process.versions.node },
  threads: getNumThreads(),
  note: `${kernelFamily()} kernels`,
  jobs: {
    "forward-1": forward(1),
    "forward-15": forward(15),
    "forward-64": forward(64),
    "explain-15": explain(15),
    "explain-50": explain(50),
    "train-64": await train(),
  },
});

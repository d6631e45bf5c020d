/**
 * @module
 * What `candil bench` and the project's own benchmarks time on the MNIST net: predictions, explanations, a training step.
 */

import {
  createMnistNet,
  Generator,
  IntegratedGradients,
  nllLoss,
  noGrad,
  optim,
  randint,
  randn,
} from "../index.ts";
import type { Tensor } from "../index.ts";

/** Something to time. */
export interface Workload {
  readonly name: string;
  readonly run: () => void;
}

/**
 * Workloads on TorchServe's MNIST net. Speed does not depend on the weights, so they are fresh; pictures are noise, which
 * is no faster than digits.
 */
export function mnistWorkloads(): Workload[] {
  const generator = new Generator(1);
  const pictures = (count: number): Tensor => randn([count, 1, 28, 28], { generator });
  const net = createMnistNet("torchserve").eval();
  const explain = new IntegratedGradients(net);
  const one = pictures(1);
  return [
    ...[1, 15, 64].map((count) => {
      const x = pictures(count);
      return { name: `forward, batch ${count}`, run: () => void noGrad(() => net.forward(x)) };
    }),
    ...[15, 50].map((nSteps) => ({
      name: `Integrated Gradients, ${nSteps} steps`,
      run: () => void explain.attribute(one, { target: 0, nSteps }),
    })),
    trainingStep(pictures(64), generator),
  ];
}

function trainingStep(x: Tensor, generator: Generator): Workload {
  const net = createMnistNet("torchserve");
  const optimizer = new optim.Adadelta(net.parameters());
  const labels = randint(0, 10, [x.shape[0]], generator);
  return {
    name: `training step, batch ${x.shape[0]}`,
    run: () => {
      optimizer.zeroGrad();
      nllLoss(net.forward(x), labels).backward();
      optimizer.step();
    },
  };
}

/**
 * @module
 * A training step of 64 digits on TorchServe's MNIST net, with Adadelta: eagerly, and by a captured plan.
 */

import { createMnistNet } from "../src/model/mnist-net.ts";
import { nllLoss } from "../src/ops/index.ts";
import { Adadelta } from "../src/optim/index.ts";
import { captureTraining } from "../src/runtime/index.ts";
import { manualSeed, randn } from "../src/tensor/random.ts";
import type { Tensor } from "../src/tensor/tensor.ts";
import { secondsPerRun } from "./measure.ts";

/** Times both ways and prints a line for each. */
export function run(): void {
  manualSeed(1);
  const model = createMnistNet("torchserve");
  const optimizer = new Adadelta(model.parameters(), { lr: 1 });
  const images = randn([64, 1, 28, 28]);
  const labels = Array.from({ length: 64 }, (_, i) => i % 10);
  const ways: Record<string, (x: Tensor) => Tensor> = {
    eager: (x) => model.forward(x),
    captured: captureTraining((x) => model.forward(x)),
  };
  for (const [name, forward] of Object.entries(ways)) {
    const seconds = secondsPerRun(() => {
      optimizer.zeroGrad();
      nllLoss(forward(images), labels).backward();
      optimizer.step();
    });
    console.log(`step of 64, ${name.padEnd(10)}${(1000 * seconds).toFixed(1).padStart(8)} ms`);
  }
}

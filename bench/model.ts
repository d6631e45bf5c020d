/** @module The MNIST net as a whole, in each family of kernels that runs here: predictions, explanations, training. */

import { mnistWorkloads } from "../src/cli/workloads.ts";
import { availableKernels, setKernels } from "../src/kernels/index.ts";
import { embeddedMnist } from "../src/node/index.ts";
import { duration, secondsPerRun } from "./measure.ts";

/** Times every workload in every family and prints one line for each workload. */
export async function run(): Promise<void> {
  const model = await embeddedMnist();
  // The reference is for being right; a model on it takes seconds. Its kernels are in the group of kernels.
  const families = availableKernels().filter((family) => family !== "reference");
  console.log(`${"".padEnd(34)}${families.map((family) => family.padStart(16)).join("")}`);
  for (const workload of mnistWorkloads(model)) {
    const cells = families.map((family) => {
      setKernels(family);
      return duration(secondsPerRun(workload.run)).padStart(16);
    });
    console.log(`${workload.name.padEnd(34)}${cells.join("")}`);
  }
  setKernels("auto");
}

/**
 * @module
 * `candil bench`: how fast this machine predicts, explains and trains.
 */

import { availableParallelism, cpus } from "node:os";
import { Command } from "commander";
import type { KernelFamily } from "../kernels/index.ts";
import { integerOption } from "./number-option.ts";
import type { Terminal } from "./terminal.ts";

interface BenchOptions {
  readonly runs: number;
  readonly json?: boolean;
  readonly plans?: boolean;
}

/** Times of one workload in milliseconds. */
interface Timing {
  readonly name: string;
  readonly median: number;
  readonly least: number;
}

/** The command. */
export function benchCommand(terminal: Terminal): Command {
  return new Command("bench")
    .description("time predictions, explanations and training of the MNIST net, on one thread")
    .option("--runs <n>", "counted runs of each", integerOption(1, 10_000), 20)
    .option("--json", "print one JSON document")
    .option("--plans", "print the model's plans instead: every step with its time and GFLOP/s")
    .action(async ({ runs, json = false, plans = false }: BenchOptions) => {
      const { kernelFamily } = await import("../kernels/index.ts");
      const { mnistWorkloads } = await import("./workloads.ts");
      const { embeddedMnist } = await import("../node/embedded-mnist.ts");
      const machine = describeMachine(kernelFamily());
      if (!json) terminal.stdout.write(`${machine}\n`);
      if (plans) {
        const { mnistPlans } = await import("./workloads.ts");
        const texts = mnistPlans(await embeddedMnist());
        terminal.stdout.write(
          json ? `${JSON.stringify({ machine, plans: texts })}\n` : `${texts.join("\n\n")}\n`,
        );
        return;
      }
      const timings: Timing[] = [];
      for (const { name, run } of mnistWorkloads(await embeddedMnist())) {
        const timing = { name, ...measure(run, runs) };
        timings.push(timing);
        if (!json) terminal.stdout.write(`${formatTiming(timing)}\n`);
      }
      if (json) terminal.stdout.write(`${JSON.stringify({ machine, runs, timings })}\n`);
    });
}

/** The median and the least of `runs` runs, after a quarter as many that warm up. */
function measure(run: () => void, runs: number): Omit<Timing, "name"> {
  for (let i = 0; i < 3 + runs / 4; i++) run();
  const times = Array.from({ length: runs }, () => {
    const start = performance.now();
    run();
    return performance.now() - start;
  }).sort((a, b) => a - b);
  return { median: times[Math.floor(runs / 2)], least: times[0] };
}

function formatTiming({ name, median, least }: Timing): string {
  return `${name.padEnd(32)} ${median.toFixed(2).padStart(9)} ms   (least ${least.toFixed(2)} ms)`;
}

function describeMachine(family: KernelFamily): string {
  const processor = cpus().at(0)?.model.trim() ?? "unknown processor";
  return `${processor}, ${availableParallelism()} cores; Node ${process.versions.node}; ${family} kernels`;
}

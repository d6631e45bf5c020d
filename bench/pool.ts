/**
 * @module
 * The workers of a model by themselves, without HTTP: 16 explanations of 15 steps asked at once, of one worker and of two in turns.
 */

import { readFile } from "node:fs/promises";
import { fileURLToPath } from "node:url";
import { defaultServing } from "../src/server/served-model.ts";
import { PooledModel } from "../src/server/index.ts";
import { kernelFamily } from "../src/index.ts";
import { duration } from "./measure.ts";

/** What was measured; times are milliseconds for all of a round. */
export interface PoolFigures {
  readonly node: string;
  readonly family: string;
  readonly asked: number;
  readonly rounds: number;
  readonly one: Spread;
  readonly two: Spread;
  /** One worker's time divided by two workers', round by round. */
  readonly ratio: Spread;
}

/** The median, and the first and the last tenth. */
export interface Spread {
  readonly median: number;
  readonly low: number;
  readonly high: number;
}

const ASKED = 16;
const ROUNDS = 60;
const WARM_UP = 20;

/** Measures, with the built program's workers. */
export async function measurePool(): Promise<PoolFigures> {
  const [one, two] = [await open(1), await open(2)];
  try {
    const times: { readonly one: number; readonly two: number }[] = [];
    for (let i = 0; i < WARM_UP + ROUNDS; i++) {
      const round = { one: await timeOf(one), two: await timeOf(two) };
      if (i >= WARM_UP) times.push(round);
    }
    return {
      node: process.versions.node,
      family: kernelFamily(),
      asked: ASKED,
      rounds: ROUNDS,
      one: spreadOf(times.map((round) => round.one)),
      two: spreadOf(times.map((round) => round.two)),
      ratio: spreadOf(times.map((round) => round.one / round.two)),
    };
  } finally {
    await Promise.all([one.close(0), two.close(0)]);
  }
}

/** The figures in Markdown. */
export function poolMarkdown({ node, family, asked, rounds, one, two, ratio }: PoolFigures): string {
  const range = ({ median, low, high }: Spread): string =>
    `${median.toFixed(1)} ms (${low.toFixed(1)} … ${high.toFixed(1)})`;
  return [
    `Node ${node}, ${family} kernels; ${rounds} rounds in turns. Median, and the first and the last tenth.`,
    "",
    `| ${asked} explanations of 15 steps, asked at once | |`,
    "| --- | --- |",
    `| one worker | ${range(one)} |`,
    `| two workers | ${range(two)} |`,
    `| as many a second | **${ratio.median.toFixed(2)}** times (${ratio.low.toFixed(2)} … ${ratio.high.toFixed(2)}) |`,
    "",
  ].join("\n");
}

/** Prints the figures. */
export async function run(): Promise<void> {
  const { asked, one, two, ratio } = await measurePool();
  const times = [one, two].map(({ median }) => duration(median / 1000)).join(" and ");
  console.log(
    `${asked} explanations at once, one worker and two: ${times}, ${ratio.median.toFixed(2)} times as many`,
  );
}

async function open(workers: number): Promise<PooledModel> {
  const file = await readFile(new URL("../weights/mnist/mnist.safetensors", import.meta.url));
  const bytes = new Uint8Array(new SharedArrayBuffer(file.length));
  bytes.set(file);
  const model = new PooledModel({
    name: "mnist",
    version: "1.0",
    url: fileURLToPath(new URL("../weights/mnist/mnist.safetensors", import.meta.url)),
    source: { kind: "file", bytes },
    settings: { ...defaultServing, minWorkers: 0, maxWorkers: 0 },
    limits: { maxImagePixels: 1_000_000 },
    entry: new URL("../dist/bin/worker.js", import.meta.url),
  });
  await model.scale(workers, workers);
  return model;
}

async function timeOf(model: PooledModel): Promise<number> {
  const picture = await readFile(new URL("../examples/mnist/test_data/7.png", import.meta.url));
  const { signal } = new AbortController();
  const start = performance.now();
  const replies = Array.from({ length: ASKED }, () =>
    model.run(
      {
        input: { kind: "picture", bytes: picture },
        question: { kind: "insights", options: { target: 7 } },
        form: { as: "bare" },
      },
      signal,
    ),
  );
  await Promise.all(replies);
  return performance.now() - start;
}

function spreadOf(values: readonly number[]): Spread {
  const sorted = values.toSorted((a, b) => a - b);
  const at = (share: number): number => sorted[Math.floor(share * (sorted.length - 1))];
  return { median: at(0.5), low: at(0.1), high: at(0.9) };
}

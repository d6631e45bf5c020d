/**
 * @module
 * candil in a page: one prediction and one explanation of 15 steps in a headless Chromium, after the answers were found right.
 */

import { readFile } from "node:fs/promises";
import { decodeImage } from "../src/node/index.ts";
import { chromiumPath, openPage } from "./browser/chromium.ts";
import type { PageWork } from "./browser/page.ts";
import { duration } from "./measure.ts";

/** What was measured in a browser. */
export interface BrowserFigures {
  readonly browser: string;
  /** The kernels that candil chose there, and whether the browser has relaxed SIMD. */
  readonly family: string;
  readonly relaxedSimd: boolean;
  /** Milliseconds for fetching the weights and building the model. */
  readonly loadMs: number;
  /** Milliseconds of each work. */
  readonly works: readonly { readonly name: string; readonly median: number; readonly least: number }[];
}

const DIGIT = 7;
const GROUPS = 25;

const works: readonly { name: string; work: PageWork; runs: number }[] = [
  { name: "prediction", work: { kind: "predict" }, runs: 10 },
  { name: "explanation, 15 steps", work: { kind: "explain", nSteps: 15 }, runs: 2 },
];

/** Measures in a page; null where there is no Chromium. @throws Error when the page's answer is wrong */
export async function measureBrowser(): Promise<BrowserFigures | null> {
  const path = chromiumPath();
  if (path === null) return null;
  const picture = await readFile(new URL(`../examples/mnist/test_data/${DIGIT}.png`, import.meta.url));
  const pixels = [...decodeImage(picture).data];
  const page = await openPage(path);
  try {
    const { prediction } = await page.predict(pixels);
    if (prediction !== DIGIT) throw new Error(`the page takes the ${DIGIT} for a ${prediction}`);
    const measured: BrowserFigures["works"][number][] = [];
    for (const { name, work, runs } of works) {
      await page.time(work, pixels, DIGIT, GROUPS, runs);
      const times = (await page.time(work, pixels, DIGIT, GROUPS, runs)).toSorted((a, b) => a - b);
      measured.push({ name, median: times[times.length >> 1], least: times[0] });
    }
    const { browser, family, available, loadMs } = page;
    return { browser, family, relaxedSimd: available.includes("relaxed-simd"), loadMs, works: measured };
  } finally {
    await page.close();
  }
}

/** Prints the median and the least time of each work. */
export async function run(): Promise<void> {
  const figures = await measureBrowser();
  if (figures === null) return console.log("not measured: no Chromium found; CHROME_PATH names one");
  console.log(`${browserLine(figures)}; model ready after ${figures.loadMs.toFixed(0)} ms`);
  for (const { name, median, least } of figures.works) {
    console.log(
      `${name.padEnd(34)}${duration(median / 1000).padStart(16)}   (least ${duration(least / 1000)})`,
    );
  }
}

/** The figures in Markdown. */
export function browserMarkdown(figures: BrowserFigures): string {
  return [
    `${browserLine(figures)}. One thread, headless.`,
    "",
    "| | median | least |",
    "| --- | --- | --- |",
    ...figures.works.map(
      ({ name, median, least }) => `| ${name} | ${duration(median / 1000)} | ${duration(least / 1000)} |`,
    ),
    `| weights fetched and model built, once | ${figures.loadMs.toFixed(0)} ms | |`,
    "",
  ].join("\n");
}

function browserLine({ browser, relaxedSimd, family }: BrowserFigures): string {
  return `${browser}, ${relaxedSimd ? "with" : "without"} relaxed SIMD; ${family} kernels`;
}

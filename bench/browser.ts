/**
 * @module
 * candil in a page: one prediction and one explanation of 15 steps in a headless Chromium, after the answers were found right.
 */

import { readFile } from "node:fs/promises";
import { decodeImage } from "../src/node/index.ts";
import { chromiumPath, openPage } from "./browser/chromium.ts";
import type { PageWork } from "./browser/page.ts";
import { duration } from "./measure.ts";

const DIGIT = 7;
const GROUPS = 25;

const works: readonly { name: string; work: PageWork; runs: number }[] = [
  { name: "prediction", work: { kind: "predict" }, runs: 10 },
  { name: "explanation, 15 steps", work: { kind: "explain", nSteps: 15 }, runs: 2 },
];

/** Prints the median and the least time of each work. */
export async function run(): Promise<void> {
  const path = chromiumPath();
  if (path === null) return console.log("not measured: no Chromium found; CHROME_PATH names one");
  const picture = await readFile(new URL(`../examples/mnist/test_data/${DIGIT}.png`, import.meta.url));
  const pixels = [...decodeImage(picture).data];
  const page = await openPage(path);
  try {
    const relaxed = page.available.includes("relaxed-simd") ? "has" : "does not have";
    console.log(`${page.browser}, which ${relaxed} relaxed SIMD; ${page.family} kernels`);
    console.log(`weights fetched and model built in ${page.loadMs.toFixed(0)} ms`);
    const { prediction } = await page.predict(pixels);
    if (prediction !== DIGIT) throw new Error(`the page takes the ${DIGIT} for a ${prediction}`);
    for (const { name, work, runs } of works) {
      await page.time(work, pixels, DIGIT, GROUPS, runs);
      const times = (await page.time(work, pixels, DIGIT, GROUPS, runs)).toSorted((a, b) => a - b);
      const [least, median] = [times[0], times[times.length >> 1]].map((ms) => duration(ms / 1000));
      console.log(`${name.padEnd(34)}${median.padStart(16)}   (least ${least})`);
    }
  } finally {
    await page.close();
  }
}

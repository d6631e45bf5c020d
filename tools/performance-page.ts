/**
 * @module
 * Writes the figures of docs/performance.md between its marks, and docs/performance.svg, from the JSON of runs in
 * bench/results. A block whose run is not there stays as it is.
 *
 *     node --import tsx tools/performance-page.ts
 */

import { existsSync, readFileSync, writeFileSync } from "node:fs";
import type { BrowserFigures } from "../bench/browser.ts";
import { browserMarkdown } from "../bench/browser.ts";
import type { Comparison, ServerComparison } from "../bench/peers/result.ts";
import { markdownReport } from "../bench/peers/tables.ts";
import { poolMarkdown } from "../bench/pool.ts";
import type { PoolFigures } from "../bench/pool.ts";
import { protocolsMarkdown } from "../bench/protocols/table.ts";
import type { ProtocolComparison } from "../bench/protocols/table.ts";
import { servedMarkdown } from "../bench/serving/measure-served.ts";
import { performanceChart } from "./performance-chart.ts";

const page = new URL("../docs/performance.md", import.meta.url);
const picture = new URL("../docs/performance.svg", import.meta.url);

/** The run of that name, or null when it is not there. */
function result(name: string): unknown {
  const path = new URL(`../bench/results/${name}.json`, import.meta.url);
  return existsSync(path) ? (JSON.parse(readFileSync(path, "utf8")) as unknown) : null;
}

/** The blocks of the page, by the names of their runs. */
const blocks: Readonly<Record<string, (run: unknown) => string>> = {
  "one-thread": (run) => markdownReport(run as Comparison),
  "two-threads": (run) => markdownReport(run as Comparison),
  servers: (run) => serversMarkdown(run as ServerComparison),
  pool: (run) => poolMarkdown(run as PoolFigures),
  protocols: (run) => protocolsMarkdown(run as ProtocolComparison),
  browser: (run) => browserMarkdown(run as BrowserFigures),
};

let text = readFileSync(page, "utf8");
for (const [name, write] of Object.entries(blocks)) {
  const run = result(name);
  if (run === null) {
    console.log(`no bench/results/${name}.json: its block stays as it is`);
    continue;
  }
  const block = new RegExp(`(<!-- ${name} -->\\n)[^]*?(<!-- end of ${name} -->)`);
  if (!block.test(text)) throw new Error(`docs/performance.md has no block "<!-- ${name} -->"`);
  // A function, because "$" has a meaning in a text that replaces.
  text = text.replace(block, (_, start: string, end: string) => `${start}\n${write(run)}\n${end}`);
}
writeFileSync(page, text);

const drawn = result("one-thread");
if (drawn !== null) writeFileSync(picture, performanceChart(drawn as Comparison));

function serversMarkdown({ at, machine, rounds, seconds, servers, notMeasured }: ServerComparison): string {
  const { processor, cores, system } = machine;
  return [
    `${at.slice(0, 10)}; ${processor}, ${cores} cores, ${system}; ${rounds} rounds of ${seconds} s. Median of the rounds, and the least and the most.`,
    "",
    servedMarkdown(servers),
    ...notMeasured.map(({ name, reason }) => `- not measured: ${name}: ${reason}`),
  ].join("\n");
}

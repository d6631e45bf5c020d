/** @module What a measurement of the protocols is, and its table. */

import type { Machine } from "../peers/result.ts";
import type { Spread } from "../peers/statistics.ts";

/** A measurement, as `--json` prints it. */
export interface ProtocolComparison {
  readonly format: "candil-protocols";
  readonly version: 1;
  /** Date and time of the start, ISO 8601. */
  readonly at: string;
  readonly machine: Machine;
  readonly rounds: number;
  /** Seconds for which each server is loaded in each round. */
  readonly seconds: number;
  readonly servers: readonly ProtocolFigures[];
  readonly notMeasured: readonly { readonly name: string; readonly reason: string }[];
}

/** Figures of one server. */
export interface ProtocolFigures {
  readonly name: string;
  /** Of the server and what it runs on. */
  readonly versions: string;
  /** Requests a second by protocol and number of connections. */
  readonly rates: Readonly<Record<string, Spread>>;
}

/** The measurement in Markdown: where, with what, and a column for each server. */
export function protocolsMarkdown(run: ProtocolComparison): string {
  const { at, machine, rounds, seconds, servers, notMeasured } = run;
  const { processor, cores, system } = machine;
  const rows = [...new Set(servers.flatMap(({ rates }) => Object.keys(rates)))];
  const cell = (rate: Spread | undefined): string =>
    rate === undefined
      ? ""
      : `${rate.median.toFixed(0)} (${rate.least.toFixed(0)} … ${rate.most.toFixed(0)})`;
  return [
    `${at.slice(0, 10)}; ${processor}, ${cores} cores, ${system}; ${rounds} rounds of ${seconds} s. Requests a second: median of the rounds, and the least and the most.`,
    "",
    ...servers.map(({ name, versions }) => `- ${name}: ${versions}`),
    ...notMeasured.map(({ name, reason }) => `- not measured: ${name}: ${reason}`),
    "",
    `| | ${servers.map(({ name }) => name).join(" | ")} |`,
    `| --- |${" --- |".repeat(servers.length)}`,
    ...rows.map((row) => `| ${row} | ${servers.map(({ rates }) => cell(rates[row])).join(" | ")} |`),
    "",
  ].join("\n");
}

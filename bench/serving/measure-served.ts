/** @module What is measured of a server, and how the figures of several are told. */

import { median, spread } from "../peers/statistics.ts";
import type { Spread } from "../peers/statistics.ts";
import type { Served } from "./served.ts";

/** Figures of one server. */
export interface ServedFigures {
  readonly name: string;
  /** Milliseconds from the start of the process to the first right answer. */
  readonly startMs: number;
  /** Megabytes after all the work, and what the server started included. */
  readonly memory: number;
  /** Requests a second by the kind of load; kinds that a server cannot do are missing. */
  readonly rates: Readonly<Record<string, Spread>>;
}

/** A kind of load. */
interface Load {
  readonly name: string;
  readonly of: "predict" | "explain";
  readonly connections: number;
  readonly atOnce?: boolean;
}

/** The loads, in the order of the table. */
export const loads: readonly Load[] = [
  { name: "predictions, 1 connection", of: "predict", connections: 1 },
  { name: "predictions, 10 connections", of: "predict", connections: 10 },
  { name: "explanations, 1 connection", of: "explain", connections: 1 },
  { name: "explanations, 10 connections", of: "explain", connections: 10 },
  { name: "explanations, 16 at once", of: "explain", connections: 16, atOnce: true },
];

/** Times that 16 requests at once are repeated in a round. */
const BURSTS = 5;

/**
 * Loads running servers in turns.
 * @param rounds how often each is loaded in each way @param seconds of each time
 * @throws Error when an explanation is wrong, or a request fails
 */
export async function measureServed(
  servers: readonly Served[],
  rounds: number,
  seconds: number,
): Promise<ServedFigures[]> {
  const taken = new Map(servers.map((server) => [server, new Map<string, number[]>()]));
  for (const server of servers) {
    const { explain, name } = server.recipe;
    if (explain !== null && !(await server.answersRightly(explain))) {
      throw new Error(`${name} explains wrongly`);
    }
  }
  for (const load of loads) {
    for (const server of servers) await once(server, load, seconds);
    for (let round = 0; round < rounds; round++) {
      for (let i = 0; i < servers.length; i++) {
        const server = servers[(i + round) % servers.length];
        const rate = await once(server, load, seconds);
        if (rate === null) continue;
        const rates = taken.get(server);
        rates?.set(load.name, [...(rates.get(load.name) ?? []), rate]);
      }
    }
  }
  return servers.map((server) => ({
    name: server.recipe.name,
    startMs: server.startMs,
    memory: server.memory(),
    rates: Object.fromEntries(
      [...(taken.get(server) ?? [])].map(([name, rates]): [string, Spread] => [name, spread(rates)]),
    ),
  }));
}

/** One load on one server, in requests a second; null where the server cannot do it. */
async function once(server: Served, load: Load, seconds: number): Promise<number | null> {
  const request = server.recipe[load.of];
  if (request === null) return null;
  if (load.atOnce !== true) return server.requestsPerSecond(request, load.connections, seconds);
  const bursts: number[] = [];
  for (let i = 0; i < BURSTS; i++) bursts.push(await server.atOnce(request, load.connections));
  return median(bursts);
}

/** A line for each server and figure, for a terminal. */
export function servedText(all: readonly ServedFigures[]): string {
  const lines = all.flatMap(({ name, startMs, memory, rates }) => [
    name,
    `  ${"start to the first right answer".padEnd(34)}${startMs.toFixed(0).padStart(8)} ms`,
    ...Object.entries(rates).map(
      ([load, { median: middle, least, most }]) =>
        `  ${load.padEnd(34)}${digits(middle).padStart(8)} a second   (${digits(least)} … ${digits(most)})`,
    ),
    `  ${"memory after that".padEnd(34)}${memory.toFixed(0).padStart(8)} MB`,
  ]);
  return `${lines.join("\n")}\n`;
}

/** The same as a table in Markdown, one column for each server. */
export function servedMarkdown(all: readonly ServedFigures[]): string {
  const row = (title: string, cell: (figures: ServedFigures) => string): string =>
    `| ${title} | ${all.map(cell).join(" | ")} |`;
  return [
    row("", ({ name }) => name),
    `| --- |${" --- |".repeat(all.length)}`,
    ...loads.map((load) =>
      row(`${load.name}, a second`, ({ rates }) => {
        const rate: Spread | undefined = rates[load.name];
        return rate === undefined
          ? ""
          : `${digits(rate.median)} (${digits(rate.least)} … ${digits(rate.most)})`;
      }),
    ),
    row("start to the first right answer", ({ startMs }) => `${startMs.toFixed(0)} ms`),
    row("memory of all its processes", ({ memory }) => `${memory.toFixed(0)} MB`),
    "",
  ].join("\n");
}

function digits(value: number): string {
  return value >= 100 ? value.toFixed(0) : value.toPrecision(3);
}

/**
 * @module
 * Measures candil beside other engines: the same net, weights and digits, in turns on the same processor.
 *
 *     npm run bench:peers -- [--rounds 15] [--threads 1] [--only candil,pytorch] [--works forward-1,explain-15]
 *                            [--node FILE] [--other-node FILE] [--python FILE] [--json FILE] [--markdown]
 */

import { spawnSync } from "node:child_process";
import { mkdtemp, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { parseArgs } from "node:util";
import { BASE, contenders } from "./contenders.ts";
import { EngineProcess } from "./engine-process.ts";
import type { Surroundings } from "./engine-process.ts";
import { expectedValues } from "./expected.ts";
import { writeMaterial } from "./material.ts";
import { thisMachine } from "./result.ts";
import type { Comparison } from "./result.ts";
import { compete } from "./rounds.ts";
import type { WorkResult } from "./rounds.ts";
import { markdownReport, textReport } from "./tables.ts";
import { workNamed, works } from "./works.ts";

const { values: flags } = parseArgs({
  options: {
    rounds: { type: "string", default: "15" },
    threads: { type: "string", default: "1" },
    only: { type: "string" },
    works: { type: "string" },
    node: { type: "string" },
    "other-node": { type: "string" },
    python: { type: "string" },
    json: { type: "string" },
    markdown: { type: "boolean", default: false },
  },
});

const folder = await mkdtemp(join(tmpdir(), "candil-peers-"));
try {
  const run = await compare(folder);
  process.stdout.write(flags.markdown ? markdownReport(run) : textReport(run));
  if (flags.json !== undefined) await writeFile(flags.json, `${JSON.stringify(run, null, 1)}\n`);
} catch (error) {
  process.stderr.write(`${error instanceof Error ? error.message : String(error)}\n`);
  process.exitCode = 1;
} finally {
  await rm(folder, { recursive: true, force: true });
}

async function compare(material: string): Promise<Comparison> {
  const threads = Number(flags.threads);
  const surroundings: Surroundings = { folder: material, threads, processors: processorsFor(threads) };
  const at = new Date().toISOString();
  const asked = flags.works === undefined ? works : flags.works.split(",").map(workNamed);
  await writeMaterial(material);
  const expected = await expectedValues(asked.map(({ name }) => name));
  const { engines, notMeasured } = await startEngines(surroundings);
  try {
    const results: WorkResult[] = [];
    for (const work of asked) {
      progress(work.title);
      results.push(await compete(work, engines, expected.get(work.name) ?? [], Number(flags.rounds), BASE));
    }
    return {
      format: "candil-comparison",
      version: 1,
      at,
      machine: thisMachine(),
      threads,
      processors: surroundings.processors,
      rounds: Number(flags.rounds),
      engines: [...engines].map(([name, { facts }]) => ({ name, ...facts })),
      results,
      notMeasured,
    };
  } finally {
    for (const engine of engines.values()) engine.stop();
  }
}

async function startEngines(surroundings: Surroundings): Promise<{
  engines: Map<string, EngineProcess>;
  notMeasured: { contender: string; reason: string }[];
}> {
  const all = contenders({ node: flags.node, otherNode: flags["other-node"], python: flags.python });
  const wanted = flags.only?.split(",") ?? all.map(({ name }) => name);
  const unknown = wanted.filter((name) => !all.some((contender) => contender.name === name));
  if (unknown.length > 0) {
    const names = all.map(({ name }) => name).join(", ");
    throw new Error(`no such contender: ${unknown.join(", ")}; there are: ${names}`);
  }
  const engines = new Map<string, EngineProcess>();
  const notMeasured: { contender: string; reason: string }[] = [];
  for (const contender of all.filter(({ name }) => wanted.includes(name))) {
    progress(`starting ${contender.name}`);
    try {
      engines.set(contender.name, await EngineProcess.start(contender, surroundings));
    } catch (error) {
      notMeasured.push({
        contender: contender.name,
        reason: error instanceof Error ? error.message : String(error),
      });
    }
  }
  return { engines, notMeasured };
}

/** The first processors, as many as threads, where processes can be bound to them. */
function processorsFor(threads: number): string | null {
  const list = Array.from({ length: threads }, (_, i) => i).join(",");
  return spawnSync("taskset", ["-c", list, "true"]).status === 0 ? list : null;
}

function progress(text: string): void {
  if (process.stderr.isTTY) process.stderr.write(`${text}\n`);
}

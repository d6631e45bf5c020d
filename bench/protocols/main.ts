/**
 * @module
 * Measures the protocols side by side: V2 with raw tensors and in JSON, V1, and gRPC, each at 1 and 10 connections, on candil
 * and on KServe's Python SDK that serves the same net with PyTorch. The servers are loaded in turns; the load comes from this
 * machine and shares its processors.
 *
 *     npm run bench:protocols -- [--rounds 5] [--seconds 2] [--only candil,kserve] [--python FILE] [--node FILE] [--json FILE]
 */

import { execFileSync } from "node:child_process";
import { existsSync, readFileSync } from "node:fs";
import { mkdtemp, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { parseArgs } from "node:util";
import { nodePath } from "../peers/contenders.ts";
import { writeMaterial } from "../peers/material.ts";
import { thisMachine } from "../peers/result.ts";
import { kserve } from "../peers/server-recipes.ts";
import { spread } from "../peers/statistics.ts";
import { candilRecipe } from "../serving/recipes.ts";
import { freePort, Served } from "../serving/served.ts";
import type { ServerRecipe } from "../serving/served.ts";
import { protocolAsks } from "./asks.ts";
import type { ProtocolAsk } from "./asks.ts";
import { callsPerSecond } from "./grpc-load.ts";
import { protocolsMarkdown } from "./table.ts";
import type { ProtocolComparison, ProtocolFigures } from "./table.ts";

const { values: flags } = parseArgs({
  options: {
    rounds: { type: "string", default: "5" },
    seconds: { type: "string", default: "2" },
    only: { type: "string", default: "candil,kserve" },
    python: { type: "string" },
    node: { type: "string" },
    json: { type: "string" },
  },
});
const rounds = Number(flags.rounds);
const seconds = Number(flags.seconds);

/** A running server with its second port. */
interface Contender {
  readonly server: Served;
  readonly grpcPort: number;
  readonly versions: string;
  readonly rates: Map<string, number[]>;
}

const folder = await mkdtemp(join(tmpdir(), "candil-protocols-"));
const running: Contender[] = [];
try {
  const run = await compare();
  process.stdout.write(protocolsMarkdown(run));
  if (flags.json !== undefined) await writeFile(flags.json, `${JSON.stringify(run, null, 1)}\n`);
} catch (error) {
  process.stderr.write(`${error instanceof Error ? error.message : String(error)}\n`);
  process.exitCode = 1;
} finally {
  for (const { server } of running) await server.stop();
  await rm(folder, { recursive: true, force: true });
}

async function compare(): Promise<ProtocolComparison> {
  const at = new Date().toISOString();
  await writeMaterial(folder);
  const notMeasured: { name: string; reason: string }[] = [];
  for (const name of flags.only.split(",")) {
    try {
      running.push(await start(name));
    } catch (error) {
      notMeasured.push({ name, reason: error instanceof Error ? error.message : String(error) });
    }
  }
  for (const ask of await protocolAsks()) {
    for (const connections of [1, 10]) await inTurns(ask, connections);
  }
  return {
    format: "candil-protocols",
    version: 1,
    at,
    machine: thisMachine(),
    rounds,
    seconds,
    servers: running.map(figures),
    notMeasured,
  };
}

/** Starts a server of that name. @throws Error when it is unknown, not installed, or does not answer */
async function start(name: string): Promise<Contender> {
  const grpcPort = await freePort();
  const [recipe, versions] = await recipeOf(name, grpcPort);
  return { server: await Served.start(recipe), grpcPort, versions, rates: new Map() };
}

async function recipeOf(name: string, grpcPort: number): Promise<[ServerRecipe, string]> {
  if (name === "candil") {
    const node = flags.node ?? nodePath();
    const manifest = readFileSync(new URL("../../package.json", import.meta.url), "utf8");
    const { version } = JSON.parse(manifest) as { version: string };
    const engine = execFileSync(node, ["--version"], { encoding: "utf8" }).trim();
    return [await candilRecipe(1, node, grpcPort), `candil ${version}, Node ${engine.slice(1)}`];
  }
  if (name !== "kserve") throw new Error(`no such server; there are: candil, kserve`);
  const venv = join(import.meta.dirname, "../peers/.venv-servers/bin/python");
  const python = flags.python ?? (existsSync(venv) ? venv : "python3");
  const tell =
    "from importlib.metadata import version as v; print(f\"kserve {v('kserve')}, PyTorch {v('torch')}\")";
  return [
    await kserve(python, folder, grpcPort),
    execFileSync(python, ["-c", tell], { encoding: "utf8", stdio: ["ignore", "pipe", "pipe"] }).trim(),
  ];
}

/** One way of asking, on every server in every round; a round before those does not count. */
async function inTurns(ask: ProtocolAsk, connections: number): Promise<void> {
  const row = `${ask.name}, ${connections} ${connections === 1 ? "connection" : "connections"}`;
  for (let round = -1; round < rounds; round++) {
    for (let i = 0; i < running.length; i++) {
      const contender = running[(i + round + running.length) % running.length];
      const rate = await once(contender, ask, connections);
      if (round >= 0) contender.rates.set(row, [...(contender.rates.get(row) ?? []), rate]);
    }
  }
}

async function once(
  { server, grpcPort }: Contender,
  question: ProtocolAsk,
  connections: number,
): Promise<number> {
  if (question.over === "grpc") return callsPerSecond(grpcPort, question.ask, connections, seconds);
  if (!(await server.answersRightly(question.ask)))
    throw new Error(`${server.recipe.name} answers wrongly: ${question.name}`);
  return server.requestsPerSecond(question.ask, connections, seconds);
}

function figures({ server, versions, rates }: Contender): ProtocolFigures {
  return {
    name: server.recipe.name,
    versions,
    rates: Object.fromEntries([...rates].map(([row, values]) => [row, spread(values)])),
  };
}

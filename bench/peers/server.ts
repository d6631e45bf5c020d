/**
 * @module
 * Measures `candil serve` beside TorchServe, the KServe SDK and FastAPI with onnxruntime: the same net, weights and picture,
 * loaded in turns. The load comes from this machine and shares its processors.
 *
 *     npm run bench:servers -- [--rounds 5] [--seconds 2] [--only candil,torchserve] [--python FILE] [--node FILE]
 *                              [--json FILE] [--markdown]
 */

import { existsSync } from "node:fs";
import { mkdtemp, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { parseArgs } from "node:util";
import { measureServed, servedMarkdown, servedText } from "../serving/measure-served.ts";
import { candilRecipe, hasWorkers } from "../serving/recipes.ts";
import { Served } from "../serving/served.ts";
import type { ServerRecipe } from "../serving/served.ts";
import { nodePath } from "./contenders.ts";
import { writeMaterial } from "./material.ts";
import { thisMachine } from "./result.ts";
import type { ServerComparison } from "./result.ts";
import { peerServers } from "./server-recipes.ts";

const { values: flags } = parseArgs({
  options: {
    rounds: { type: "string", default: "5" },
    seconds: { type: "string", default: "2" },
    only: { type: "string" },
    python: { type: "string" },
    node: { type: "string" },
    json: { type: "string" },
    markdown: { type: "boolean", default: false },
  },
});

const folder = await mkdtemp(join(tmpdir(), "candil-servers-"));
const running: Served[] = [];
try {
  const run = await compare();
  const report = flags.markdown ? servedMarkdown(run.servers) : servedText(run.servers);
  const absent = run.notMeasured.map(({ name, reason }) => `not measured: ${name}: ${reason}\n`);
  process.stdout.write([report, ...absent].join("\n"));
  if (flags.json !== undefined) await writeFile(flags.json, `${JSON.stringify(run, null, 1)}\n`);
} catch (error) {
  process.stderr.write(`${error instanceof Error ? error.message : String(error)}\n`);
  process.exitCode = 1;
} finally {
  for (const server of running) await server.stop();
  await rm(folder, { recursive: true, force: true });
}

async function compare(): Promise<ServerComparison> {
  const at = new Date().toISOString();
  await writeMaterial(folder);
  const notMeasured: { name: string; reason: string }[] = [];
  for (const [name, recipe] of Object.entries(wanted())) {
    try {
      running.push(await Served.start(await recipe()));
    } catch (error) {
      notMeasured.push({ name, reason: error instanceof Error ? error.message : String(error) });
    }
  }
  const rounds = Number(flags.rounds);
  const seconds = Number(flags.seconds);
  const servers = await measureServed(running, rounds, seconds);
  return {
    format: "candil-servers",
    version: 1,
    at,
    machine: thisMachine(),
    rounds,
    seconds,
    servers,
    notMeasured,
  };
}

/** The servers that were asked for. @throws Error naming those that there are */
function wanted(): Record<string, () => Promise<ServerRecipe>> {
  const venv = join(import.meta.dirname, ".venv-servers/bin/python");
  const python = flags.python ?? (existsSync(venv) ? venv : "python3");
  const node = flags.node ?? nodePath();
  const all: Record<string, () => Promise<ServerRecipe>> = {
    ...(hasWorkers()
      ? { candil: () => candilRecipe(1, node), "candil-two-workers": () => candilRecipe(2, node) }
      : { candil: () => candilRecipe(null, node) }),
    ...peerServers(python, folder),
  };
  const names = flags.only?.split(",") ?? Object.keys(all);
  const unknown = names.filter((name) => !Object.hasOwn(all, name));
  if (unknown.length > 0) {
    throw new Error(`no such server: ${unknown.join(", ")}; there are: ${Object.keys(all).join(", ")}`);
  }
  return Object.fromEntries(names.map((name) => [name, all[name]]));
}

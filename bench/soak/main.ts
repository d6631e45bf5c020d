/**
 * @module
 * `npm run soak [requests]`: 10,000 mixed requests from 50 clients while workers are killed at random. It fails unless every
 * request got one answer, every answer was its own, and memory does not grow.
 */

import { readFile } from "node:fs/promises";
import { defaultServing, PooledModel, sharedCopy, startServer } from "../../src/server/index.ts";
import { Killer } from "./killer.ts";
import { soakQuestions } from "./questions.ts";
import { soak } from "./soak.ts";

const requests = Number(process.argv[2] ?? 10_000);
const CLIENTS = 50;
/** Largest growth of the process from the second quarter to the end, in MB: what caches and arenas move by. */
const GROWTH = 64;

const root = new URL("../../", import.meta.url);
const bytes = sharedCopy(await readFile(new URL("weights/mnist/mnist.safetensors", root)));
const names = Array.from(
  { length: 10 },
  (_, digit) => new URL(`examples/mnist/test_data/${digit}.png`, root),
);
const digits = await Promise.all(names.map(async (name) => new Uint8Array(await readFile(name))));

const killer = new Killer();
const model = new PooledModel({
  name: "mnist",
  version: "1.0",
  url: "mnist.safetensors",
  source: { kind: "file", bytes },
  settings: { ...defaultServing, minWorkers: 0, maxWorkers: 0, batchSize: 8 },
  limits: { maxImagePixels: 1_000_000 },
  backOffMs: [0],
});
await model.scale(2, 2);
const server = await startServer({ models: [model], port: 0 });
const megabytes: number[] = [];
const quarter = Math.ceil(requests / 4);
const report = await soak({
  url: server.url,
  questions: soakQuestions("mnist", digits),
  requests,
  clients: CLIENTS,
  kill: killer.kill,
  killEvery: 200,
  abortEvery: 25,
  onAnswer: (answered) => {
    if (answered % quarter === 0 || answered === requests) {
      megabytes.push(Math.round(process.memoryUsage.rss() / 1e6));
    }
  },
});
await server.stop();
killer.stop();
const { right, unavailable, givenUp, wrong, kills } = report;
const answered = right + unavailable + givenUp + wrong.length;
console.log(`${requests} requests from ${CLIENTS} clients, ${kills} workers killed: ${answered} ended`);
console.log(`${right} right, ${unavailable} told to come back (503), ${givenUp} given up by their clients`);
console.log(`${wrong.length} wrong${wrong.length === 0 ? "" : `:\n${wrong.slice(0, 10).join("\n")}`}`);
console.log(`memory of the process after each quarter: ${megabytes.join(", ")} MB`);
const growth = megabytes[megabytes.length - 1] - megabytes[1];
if (answered !== requests || wrong.length > 0 || growth > GROWTH) process.exitCode = 1;

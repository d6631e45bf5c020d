/**
 * @module
 * `candil serve` under load: predictions and explanations a second, 16 explanations at once with one worker and with two, the
 * time from its start to a right answer, and its memory. The load comes from this machine and shares its processors.
 */

import { candilRecipe, hasWorkers } from "./serving/recipes.ts";
import { measureServed, servedText } from "./serving/measure-served.ts";
import { Served } from "./serving/served.ts";

const ROUNDS = 5;
const SECONDS = 1;

/** Prints the figures of candil with one worker and with two. */
export async function run(): Promise<void> {
  const counts = hasWorkers() ? [1, 2] : [null];
  if (counts.length === 1) console.log("two workers against one: not measured, this candil has no --workers");
  const servers: Served[] = [];
  try {
    for (const workers of counts) servers.push(await Served.start(await candilRecipe(workers)));
    process.stdout.write(servedText(await measureServed(servers, ROUNDS, SECONDS)));
  } finally {
    for (const server of servers) await server.stop();
  }
}

/**
 * @module
 * candil's benchmarks: `npm run bench` runs all groups, `npm run bench -- kernels` those that are named.
 */

import { enableRelaxedSimd } from "../src/node/index.ts";
import { describeMachine } from "./machine.ts";

/** A group of benchmarks prints its own table. Modules are loaded when their group is asked for. */
const groups: Readonly<Record<string, () => Promise<{ run: () => void | Promise<void> }>>> = {
  kernels: () => import("./kernels.ts"),
  blocks: () => import("./blocks.ts"),
  model: () => import("./model.ts"),
  server: () => import("./server.ts"),
  pool: () => import("./pool.ts"),
  browser: () => import("./browser.ts"),
  training: () => import("./training.ts"),
};

const wanted = process.argv.slice(2);
const unknown = wanted.filter((name) => !Object.hasOwn(groups, name));
if (unknown.length > 0) {
  process.stderr.write(
    `no such group: ${unknown.join(", ")}; there are: ${Object.keys(groups).join(", ")}\n`,
  );
  process.exit(2);
}

// As candil's own programs do.
enableRelaxedSimd();
console.log(describeMachine().join("\n"));
for (const name of wanted.length > 0 ? wanted : Object.keys(groups)) {
  console.log(`\n${name}`);
  const group = await groups[name]();
  await group.run();
}

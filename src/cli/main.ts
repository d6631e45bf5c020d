#!/usr/bin/env node
/**
 * @module
 * The executable. Started under the name torch-model-archiver or torchserve it is that. A closed pipe (`candil predict ... | head -1`) is no failure.
 */

import { enableRelaxedSimd } from "../node/relaxed-simd.ts";
import { basename } from "node:path";
import { run } from "./run.ts";
import { processTerminal } from "./terminal.ts";

process.stdout.on("error", (error: NodeJS.ErrnoException) => {
  if (error.code === "EPIPE") process.exit(0);
  throw error;
});

enableRelaxedSimd();
/** Programs that this one stands for when it is started under their names, by a link or a copy. */
const otherNames = ["torch-model-archiver", "torchserve"];
const name = basename(process.argv[1] ?? "");
const args = process.argv.slice(2);

process.exitCode = await run(otherNames.includes(name) ? [name, ...args] : args, processTerminal());

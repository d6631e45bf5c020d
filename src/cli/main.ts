#!/usr/bin/env node
/**
 * @module
 * The executable. A closed pipe (`candil predict ... | head -1`) is no failure.
 */

import { enableRelaxedSimd } from "../node/relaxed-simd.ts";
import { run } from "./run.ts";
import { processTerminal } from "./terminal.ts";

process.stdout.on("error", (error: NodeJS.ErrnoException) => {
  if (error.code === "EPIPE") process.exit(0);
  throw error;
});

enableRelaxedSimd();
process.exitCode = await run(process.argv.slice(2), processTerminal());

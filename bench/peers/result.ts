/** @module What a run leaves behind: enough to write tables and charts from, and to repeat it. */

import { availableParallelism, cpus } from "node:os";
import type { ServedFigures } from "../serving/measure-served.ts";
import type { EngineFacts } from "./engine-process.ts";
import type { WorkResult } from "./rounds.ts";

/** A comparison, as `--json` prints it. */
export interface Comparison {
  readonly format: "candil-comparison";
  readonly version: 1;
  /** Date and time of the start, ISO 8601. */
  readonly at: string;
  readonly machine: Machine;
  readonly threads: number;
  /** The processors that each engine was bound to while it worked; null for any. */
  readonly processors: string | null;
  readonly rounds: number;
  readonly engines: readonly (EngineFacts & { readonly name: string })[];
  readonly results: readonly WorkResult[];
  readonly notMeasured: readonly { readonly contender: string; readonly reason: string }[];
}

/** A comparison of servers, as `--json` prints it. */
export interface ServerComparison {
  readonly format: "candil-servers";
  readonly version: 1;
  readonly at: string;
  readonly machine: Machine;
  readonly rounds: number;
  /** Seconds for which each server is loaded in each round. */
  readonly seconds: number;
  readonly servers: readonly ServedFigures[];
  readonly notMeasured: readonly { readonly name: string; readonly reason: string }[];
}

/** The computer. */
export interface Machine {
  readonly processor: string;
  readonly cores: number;
  readonly system: string;
}

/** This computer. */
export function thisMachine(): Machine {
  return {
    processor: cpus().at(0)?.model.trim() ?? "unknown processor",
    cores: availableParallelism(),
    system: `${process.platform} ${process.arch}`,
  };
}

/** @module One work, done by every engine that is right at it, in turns. */

import { difference, median, ratios, spread } from "./statistics.ts";
import type { Spread } from "./statistics.ts";
import type { EngineProcess } from "./engine-process.ts";
import { SINGLES } from "./works.ts";
import type { Work } from "./works.ts";

/** An engine's part in one work. */
export interface Row {
  readonly contender: string;
  /** Milliseconds: the median of the rounds' medians, and the least and most of those. */
  readonly time: Spread;
  /** candil's time divided by this one's, of the same round; null where candil was not timed. */
  readonly ratio: Spread | null;
  /** How far its numbers are from the expected ones, as a share of the largest. */
  readonly difference: number;
  /** Runs in each round. */
  readonly runs: number;
  /** The median of each round in milliseconds. */
  readonly rounds: readonly number[];
}

/** The figures of one work, and who was not timed. */
export interface WorkResult {
  readonly work: Work;
  readonly rows: readonly Row[];
  /** Engines that do this work wrongly, or failed at it. */
  readonly wrong: readonly { readonly contender: string; readonly reason: string }[];
}

/** Milliseconds for which an engine warms up, and for which it works in one round, unless a single run takes longer. */
const WARM_UP = 600;
const ROUND = 120;
const MOST_RUNS = 200;
/** Milliseconds between two engines: threads of the one before that spin for more work have given up by then. */
const PAUSE = 30;

/** Checks, warms up and times every engine. @param base the one that the others are compared with */
export async function compete(
  work: Work,
  engines: ReadonlyMap<string, EngineProcess>,
  expected: ArrayLike<number>,
  roundCount: number,
  base: string,
): Promise<WorkResult> {
  const able = [...engines].filter(([, engine]) => engine.facts.works.includes(work.name));
  const wrong: { contender: string; reason: string }[] = [];
  const entrants: { name: string; engine: EngineProcess; runs: number; apart: number; times: number[] }[] =
    [];
  for (const [name, engine] of able) {
    try {
      const apart = difference(await engine.check(work.name), expected);
      if (apart > work.tolerance) {
        wrong.push({
          contender: name,
          reason: `wrong by ${(100 * apart).toPrecision(2)} % of the largest value`,
        });
        continue;
      }
      entrants.push({ name, engine, runs: await warmUp(engine, work), apart, times: [] });
    } catch (error) {
      wrong.push({ contender: name, reason: error instanceof Error ? error.message : String(error) });
    }
  }
  for (let round = 0; round < roundCount; round++) {
    // Nobody always follows the same engine.
    for (let i = 0; i < entrants.length; i++) {
      const { engine, runs, times } = entrants[(i + round) % entrants.length];
      await pause();
      times.push(median(await engine.run(work.name, runs)));
    }
  }
  const ours = entrants.find(({ name }) => name === base);
  const rows = entrants.map(({ name, runs, apart, times }) => ({
    contender: name,
    time: spread(times),
    ratio: ours === undefined ? null : ratios(ours.times, times),
    difference: apart,
    runs,
    rounds: times,
  }));
  return { work, rows, wrong };
}

/** Lets an engine work until it is warm, and returns how often it works in one round. */
async function warmUp(engine: EngineProcess, work: Work): Promise<number> {
  const times: number[] = [];
  const started = performance.now();
  do times.push(...(await engine.run(work.name, times.length < 4 ? 1 : SINGLES)));
  while (performance.now() - started < WARM_UP);
  const typical = median(times.slice(times.length >> 1));
  const runs = Math.min(MOST_RUNS, Math.ceil(ROUND / typical));
  // Every digit as often as the others, where that costs little.
  return runs >= SINGLES / 2 ? SINGLES * Math.ceil(runs / SINGLES) : runs;
}

function pause(): Promise<void> {
  return new Promise((resolve) => setTimeout(resolve, PAUSE));
}

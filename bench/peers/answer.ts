/**
 * @module
 * The side of an engine that runs in Node: it answers one line of JSON for each line that it reads, until its input ends.
 *
 * | asked | answered |
 * | --- | --- |
 * | nothing: at start | `{"ready": {"engine": "…", "versions": {…}, "threads": 1, "works": ["forward-1", …]}}` |
 * | `{"check": "forward-1"}` | `{"values": […]}` |
 * | `{"run": "forward-1", "runs": 10}` | `{"times": […]}`, milliseconds |
 *
 * What goes wrong while answering is answered as `{"error": "…"}`. engines/answer.py speaks the same.
 */

import { createInterface } from "node:readline";
import type { WorkName } from "./works.ts";

/** How an engine does one kind of work. */
export interface Job {
  /** Does it once. @param turn counts the runs, to take the single digits in turn */
  readonly run: (turn: number) => unknown;
  /** Does it on the first digit (or digits) and returns the numbers. */
  readonly check: () => ArrayLike<number> | Promise<ArrayLike<number>>;
}

/** An engine, ready to work. */
export interface Engine {
  readonly engine: string;
  /** What it is made of, such as `{"onnxruntime-node": "1.30.0"}`. */
  readonly versions: Readonly<Record<string, string>>;
  readonly threads: number;
  /** Anything else that a reader of the figures should know, such as the family of kernels. */
  readonly note?: string;
  readonly jobs: Readonly<Partial<Record<WorkName, Job>>>;
}

interface Question {
  readonly check?: WorkName;
  readonly run?: WorkName;
  readonly runs?: number;
}

/** Answers until standard input ends. */
export async function answerQuestions({ jobs, ...engine }: Engine): Promise<void> {
  const say = (answer: object) => process.stdout.write(`${JSON.stringify(answer)}\n`);
  say({ ready: { ...engine, works: Object.keys(jobs) } });
  let turn = 0;
  for await (const line of createInterface({ input: process.stdin })) {
    try {
      const { check, run, runs = 1 } = JSON.parse(line) as Question;
      const job = jobs[check ?? run ?? "forward-1"];
      if (job === undefined) throw new Error(`${engine.engine} does not do this work`);
      if (check === undefined) {
        say({ times: await timed(job, turn, runs) });
        turn += runs;
      } else {
        say({ values: Array.from(await job.check()) });
      }
    } catch (error) {
      say({ error: error instanceof Error ? error.message : String(error) });
    }
  }
}

async function timed(job: Job, turn: number, runs: number): Promise<number[]> {
  const times: number[] = [];
  for (let i = 0; i < runs; i++) {
    const start = performance.now();
    const result = job.run(turn + i);
    if (result instanceof Promise) await result;
    times.push(performance.now() - start);
  }
  return times;
}

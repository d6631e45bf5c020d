/** @module The driver's side of ./answer.ts: starts an engine, asks it, ends it. */

import { spawn } from "node:child_process";
import type { ChildProcessByStdio } from "node:child_process";
import { createInterface } from "node:readline";
import type { Readable, Writable } from "node:stream";
import type { Contender } from "./contenders.ts";
import type { WorkName } from "./works.ts";

/** What an engine says of itself. */
export interface EngineFacts {
  readonly engine: string;
  readonly versions: Readonly<Record<string, string>>;
  readonly threads: number;
  readonly note?: string;
  readonly works: readonly WorkName[];
}

interface Answer {
  readonly ready?: EngineFacts;
  readonly values?: readonly number[];
  readonly times?: readonly number[];
  readonly error?: string;
}

/** Where and with what an engine runs. */
export interface Surroundings {
  readonly folder: string;
  readonly threads: number;
  /** The processors it is bound to, as taskset names them; null where there is no taskset. */
  readonly processors: string | null;
}

/** Lines of standard error that are kept, to say why a process ended. */
const KEPT_LINES = 20;

/** A running engine. It answers one question at a time. */
export class EngineProcess {
  readonly facts: EngineFacts;
  readonly #child: ChildProcessByStdio<Writable, Readable, Readable>;
  readonly #next: () => Promise<Answer>;

  private constructor(
    facts: EngineFacts,
    child: ChildProcessByStdio<Writable, Readable, Readable>,
    next: () => Promise<Answer>,
  ) {
    this.facts = facts;
    this.#child = child;
    this.#next = next;
  }

  /** @throws Error with the last thing that the process said, when it cannot be started */
  static async start(contender: Contender, surroundings: Surroundings): Promise<EngineProcess> {
    const { folder, threads, processors } = surroundings;
    const line = [contender.program, ...contender.arguments, folder, String(threads)];
    const [program, ...rest] = processors === null ? line : ["taskset", "-c", processors, ...line];
    const child = spawn(program, rest, { stdio: ["pipe", "pipe", "pipe"], env: environment(threads) });
    // A process that has ended takes no question; that it ended is what gets reported.
    child.stdin.on("error", () => {});
    const next = answersOf(child);
    const { ready } = await next();
    if (ready === undefined) throw new Error(`${contender.name} did not say what it is`);
    return new EngineProcess(ready, child, next);
  }

  /** The numbers that the engine computes. */
  async check(work: WorkName): Promise<readonly number[]> {
    const { values = [] } = await this.#ask({ check: work });
    return values;
  }

  /** Does the work some times and returns the milliseconds of each. */
  async run(work: WorkName, runs: number): Promise<readonly number[]> {
    const { times = [] } = await this.#ask({ run: work, runs });
    return times;
  }

  /** Ends the process: engines stop when their input ends. */
  stop(): void {
    this.#child.stdin.end();
    this.#child.kill();
  }

  async #ask(question: object): Promise<Answer> {
    this.#child.stdin.write(`${JSON.stringify(question)}\n`);
    const answer = await this.#next();
    if (answer.error !== undefined) throw new Error(answer.error);
    return answer;
  }
}

/** Numeric libraries read their number of threads from here when they are loaded. */
function environment(threads: number): NodeJS.ProcessEnv {
  return { ...process.env, OMP_NUM_THREADS: String(threads), MKL_NUM_THREADS: String(threads) };
}

/** Waits for the process's next line of JSON; other lines are what libraries print. */
function answersOf(child: ChildProcessByStdio<Writable, Readable, Readable>): () => Promise<Answer> {
  const complaints: string[] = [];
  createInterface({ input: child.stderr }).on("line", (line) => {
    complaints.push(line);
    if (complaints.length > KEPT_LINES) complaints.shift();
  });
  const ended = new Promise<never>((_, reject) => {
    child.once("error", reject);
    child.once("close", (code, signal) => {
      reject(new Error(reasonIn(complaints) ?? `it ended with ${signal ?? `exit code ${code}`}`));
    });
  });
  ended.catch(() => {});
  const lines = createInterface({ input: child.stdout })[Symbol.asyncIterator]();
  const nextAnswer = async (): Promise<Answer> => {
    for (;;) {
      const line: IteratorResult<string, undefined> = await lines.next();
      // Why it ended is known when the process has closed.
      if (line.done === true) return ended;
      if (line.value.startsWith("{")) return JSON.parse(line.value) as Answer;
    }
  };
  return () => Promise.race([nextAnswer(), ended]);
}

/** The line that names the error: Python has it last, Node in front of the stack. */
function reasonIn(lines: readonly string[]): string | undefined {
  return lines.find((line) => /^\w*Error\b/.test(line)) ?? lines.findLast((line) => line.trim() !== "");
}

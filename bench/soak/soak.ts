/**
 * @module
 * Many clients at once, workers that are killed, and a check of every answer.
 */

import { Agent, request } from "node:http";
import type { SoakQuestion } from "./questions.ts";

/** How hard it is. */
export interface SoakOptions {
  readonly url: string;
  readonly questions: readonly SoakQuestion[];
  readonly requests: number;
  readonly clients: number;
  /** Called after each so many answers; ends a worker. */
  readonly kill: () => void;
  readonly killEvery: number;
  /** One request in so many is given up by its client as soon as it is sent. */
  readonly abortEvery: number;
  readonly seed?: number;
  /** Called after each answer. */
  readonly onAnswer?: (answered: number) => void;
}

/** What came of it. Every request is in one of the counts, and one with a wrong answer is in `wrong` as well. */
export interface SoakReport {
  /** As they must be. */
  right: number;
  /** 503: the model's queue was full, or two workers died of the request. */
  unavailable: number;
  /** Given up by the client itself. */
  givenUp: number;
  /** Answers that were not those of their requests, in words. */
  readonly wrong: string[];
  kills: number;
}

interface Said {
  readonly status: number;
  readonly text: string;
}

/** Numbers of a batch differ in their last digits from those of one picture alone. */
const CLOSE = 1e-5;

/**
 * Asks each question once in peace, then all of them at random from all clients.
 * @throws Error when a question is not answered in peace as it must be
 */
export async function soak(options: SoakOptions): Promise<SoakReport> {
  const { questions, clients, requests, kill, killEvery, abortEvery, onAnswer } = options;
  const agent = new Agent({ keepAlive: true, maxSockets: clients });
  const expected: Said[] = [];
  for (const question of questions) {
    const said = await ask(options.url, question, agent);
    if (said.status !== question.status) {
      throw new Error(`${question.path}: expected ${question.status}, got ${said.status} ${said.text}`);
    }
    expected.push(said);
  }
  const random = randomNumbers(options.seed ?? 1);
  const report: SoakReport = { right: 0, unavailable: 0, givenUp: 0, wrong: [], kills: 0 };
  let sent = 0;
  let answered = 0;
  const client = async (): Promise<void> => {
    while (sent++ < requests) {
      const i = Math.floor(random() * questions.length);
      const abort = Math.floor(random() * abortEvery) === 0;
      try {
        judge(report, questions[i], await ask(options.url, questions[i], agent, abort), expected[i]);
      } catch (error) {
        if (abort) report.givenUp++;
        else report.wrong.push(`${questions[i].path}: ${String(error)}`);
      }
      answered++;
      onAnswer?.(answered);
      if (answered % killEvery === 0) {
        report.kills++;
        kill();
      }
    }
  };
  await Promise.all(Array.from({ length: clients }, client));
  agent.destroy();
  return report;
}

function judge(report: SoakReport, { path }: SoakQuestion, said: Said, expected: Said): void {
  if (said.status === 503) report.unavailable++;
  else if (said.status === expected.status && alike(said.text, expected.text)) report.right++;
  else report.wrong.push(`${path}: ${said.status} ${said.text.slice(0, 200)}`);
}

/** Equal but for the last digits of numbers. */
function alike(actual: string, expected: string): boolean {
  if (actual === expected) return true;
  const number = /-?\d+(?:\.\d+)?(?:[eE][-+]?\d+)?/g;
  if (actual.replace(number, "#") !== expected.replace(number, "#")) return false;
  const others = expected.match(number) ?? [];
  return (actual.match(number) ?? []).every(
    (text, i) => Math.abs(Number(text) - Number(others[i])) <= CLOSE * (1 + Math.abs(Number(others[i]))),
  );
}

function ask(url: string, { path, body, type }: SoakQuestion, agent: Agent, abort = false): Promise<Said> {
  return new Promise((resolve, reject) => {
    const headers = { "content-type": type, "content-length": Buffer.byteLength(body) };
    const asked = request(url + path, { method: "POST", agent, headers }, (response) => {
      const chunks: Buffer[] = [];
      response.on("data", (chunk: Buffer) => chunks.push(chunk));
      response.on("error", reject);
      response.on("end", () => {
        resolve({ status: response.statusCode ?? 0, text: Buffer.concat(chunks).toString("utf8") });
      });
    });
    asked.on("error", reject);
    asked.end(body, () => {
      if (abort) asked.destroy(new Error("given up"));
    });
  });
}

/** Numbers in [0, 1), the same for the same seed. */
function randomNumbers(seed: number): () => number {
  let state = seed;
  return () => {
    state = (Math.imul(state, 1_664_525) + 1_013_904_223) >>> 0;
    return state / 2 ** 32;
  };
}

/** @module A server in a process of its own, asked as its clients ask it. */

import { spawn } from "node:child_process";
import type { ChildProcess } from "node:child_process";
import { createServer } from "node:net";
import type { AddressInfo } from "node:net";
import autocannon from "autocannon";
import { memoryOfTree } from "./process-tree.ts";

/** A request and how a right answer to it looks. */
export interface Ask {
  readonly path: string;
  readonly method: "PUT" | "POST";
  readonly body: Buffer;
  readonly headers: Readonly<Record<string, string>>;
  readonly isRight: (answer: string) => boolean;
}

/** How to start a server, and what to ask it. */
export interface ServerRecipe {
  readonly name: string;
  readonly program: string;
  readonly arguments: readonly string[];
  readonly environment?: Readonly<Record<string, string>>;
  readonly folder?: string;
  readonly port: number;
  readonly predict: Ask;
  /** Null for a server that cannot explain. */
  readonly explain: Ask | null;
}

/** Milliseconds between two tries at a server that is starting, and until it is given up. */
const RETRY = 5;
const PATIENCE = 120_000;
const KEPT_TEXT = 2_000;

/** A running server. */
export class Served {
  readonly recipe: ServerRecipe;
  /** Milliseconds from the start of the process to its first right answer. */
  readonly startMs: number;
  readonly #child: ChildProcess;

  private constructor(recipe: ServerRecipe, child: ChildProcess, startMs: number) {
    this.recipe = recipe;
    this.#child = child;
    this.startMs = startMs;
  }

  /** @throws Error when the process ends or does not answer rightly in time */
  static async start(recipe: ServerRecipe): Promise<Served> {
    const started = performance.now();
    const child = spawn(recipe.program, recipe.arguments, {
      stdio: ["ignore", "pipe", "pipe"],
      env: { ...process.env, ...recipe.environment },
      ...(recipe.folder === undefined ? {} : { cwd: recipe.folder }),
      // A group of its own, so that what it starts ends with it.
      detached: true,
    });
    let said = "";
    const keep = (text: Buffer): void => void (said = (said + text.toString()).slice(-KEPT_TEXT));
    child.stdout.on("data", keep);
    child.stderr.on("data", keep);
    let end: string | null = null;
    child.once("error", (error) => (end = error.message));
    child.once("exit", (code) => (end = `it ended with exit code ${code}: ${lastLine(said)}`));
    for (;;) {
      const answer = await ask(recipe.port, recipe.predict).catch(() => null);
      if (answer !== null && recipe.predict.isRight(answer)) break;
      const waited = performance.now() - started;
      if (end !== null || waited > PATIENCE) {
        endGroup(child);
        throw new Error(
          end ?? `no right answer in ${PATIENCE / 1000} s; the last: ${answer ?? lastLine(said)}`,
        );
      }
      await new Promise((resolve) => setTimeout(resolve, RETRY));
    }
    return new Served(recipe, child, performance.now() - started);
  }

  /** Megabytes of the process and what it started. */
  memory(): number {
    return this.#child.pid === undefined ? NaN : memoryOfTree(this.#child.pid);
  }

  /** Whether the answer to a request is right. */
  async answersRightly(request: Ask): Promise<boolean> {
    return request.isRight(await ask(this.recipe.port, request));
  }

  /** Answered requests a second, from clients that ask again as soon as they are answered. @throws Error on any failure */
  async requestsPerSecond(request: Ask, connections: number, seconds: number): Promise<number> {
    const result = await autocannon({
      url: urlOf(this.recipe.port, request),
      method: request.method,
      body: request.body,
      headers: { ...request.headers },
      connections,
      duration: seconds,
    });
    const failures = result.non2xx + result.errors + result.timeouts;
    if (failures > 0)
      throw new Error(`${this.recipe.name}: ${failures} of ${result.requests.total} requests failed`);
    return result.requests.total / result.duration;
  }

  /** Requests a second when `count` come at once, from the first one's sending to the last one's answer. */
  async atOnce(request: Ask, count: number): Promise<number> {
    const started = performance.now();
    await Promise.all(Array.from({ length: count }, () => ask(this.recipe.port, request)));
    return (1000 * count) / (performance.now() - started);
  }

  /** Ends the process and what it started. */
  async stop(): Promise<void> {
    if (this.#child.exitCode !== null) return;
    const closed = new Promise<void>((resolve) => void this.#child.once("exit", () => resolve()));
    endGroup(this.#child);
    await closed;
  }
}

/** A port that was free a moment ago. */
export function freePort(): Promise<number> {
  return new Promise((resolve) => {
    const probe = createServer().listen(0, "127.0.0.1", () => {
      const { port } = probe.address() as AddressInfo;
      probe.close(() => resolve(port));
    });
  });
}

async function ask(port: number, request: Ask): Promise<string> {
  const { method, body, headers } = request;
  const response = await fetch(urlOf(port, request), {
    method,
    body: new Uint8Array(body),
    headers: { ...headers },
  });
  const text = await response.text();
  if (!response.ok) throw new Error(`${response.status}: ${text.slice(0, 200)}`);
  return text;
}

function urlOf(port: number, { path }: Ask): string {
  return `http://127.0.0.1:${port}${path}`;
}

/** The group, not the process alone: TorchServe's workers outlive a killed parent. */
function endGroup({ pid }: ChildProcess): void {
  if (pid === undefined) return;
  try {
    process.kill(-pid, "SIGKILL");
  } catch {
    // It has ended by itself.
  }
}

function lastLine(text: string): string {
  return text.trim().split("\n").at(-1) ?? "";
}

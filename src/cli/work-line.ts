/**
 * @module
 * A sign of life for work that takes longer than a second: on a terminal, on standard error, and gone when it is done.
 */

import type { Terminal } from "./terminal.ts";

const PATIENCE_MS = 1_000;

/** Shows nothing in a pipe, and nothing during the first second. */
export class WorkLine {
  readonly #terminal: Terminal;
  readonly #what: string;
  readonly #startedAt = performance.now();
  #shown = false;

  /** @param what is being done: "explaining" */
  constructor(terminal: Terminal, what: string) {
    this.#terminal = terminal;
    this.#what = what;
  }

  /** @param share that is done, 0 to 1 */
  show(share: number): void {
    const { stderr } = this.#terminal;
    if (stderr.isTTY !== true || performance.now() - this.#startedAt < PATIENCE_MS) return;
    stderr.write(`\r${this.#what}: ${Math.round(share * 100)} %\u001b[K`);
    this.#shown = true;
  }

  /** Removes the line. */
  end(): void {
    if (this.#shown) this.#terminal.stderr.write("\r\u001b[K");
    this.#shown = false;
  }
}

/**
 * @module
 * Progress: one line that renews itself on a terminal, a line for each message in a pipe.
 */

import type { Terminal } from "./terminal.ts";

/** Shows how far something is. */
export class ProgressLine {
  readonly #terminal: Terminal;
  #open = false;

  constructor(terminal: Terminal) {
    this.#terminal = terminal;
  }

  /** Replaces the line on a terminal; prints another one in a pipe. */
  show(text: string): void {
    const { stdout } = this.#terminal;
    if (stdout.isTTY === true) {
      // Carriage return, the text, and an escape sequence that clears what is left of the line before.
      stdout.write(`\r${text.replaceAll("\t", "  ").slice(0, (stdout.columns ?? 80) - 1)}\u001b[K`);
      this.#open = true;
    } else {
      stdout.write(`${text}\n`);
    }
  }

  /** Leaves the last line standing. */
  end(): void {
    if (this.#open) this.#terminal.stdout.write("\n");
    this.#open = false;
  }
}

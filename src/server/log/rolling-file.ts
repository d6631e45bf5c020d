/**
 * @module
 * A log file that is set aside when it has grown large.
 */

import { appendFileSync, mkdirSync, renameSync, statSync } from "node:fs";
import { dirname } from "node:path";

/** TorchServe's bound: 100 MB, and five files kept. */
const MAX_BYTES = 100 * 1024 ** 2;
const KEPT = 5;

/**
 * Gathers lines and writes them together when the event loop turns, so that a busy server makes one system call for many
 * lines. Lines of a process that is killed outright may be lost; {@link RollingFile.flush} writes them at an orderly end.
 */
export class RollingFile {
  readonly #path: string;
  readonly #maxBytes: number;
  #pending = "";
  #size: number;
  #scheduled = false;

  /**
   * @param path the file; folders that are missing are made
   * @param maxBytes size from which the file is renamed to `path.1`, what was there to `path.2`, and so on
   * @throws Node's error when the folder cannot be made or the file not written
   */
  constructor(path: string, maxBytes = MAX_BYTES) {
    this.#path = path;
    this.#maxBytes = maxBytes;
    mkdirSync(dirname(path), { recursive: true });
    appendFileSync(path, "");
    this.#size = statSync(path).size;
  }

  /** Adds lines, each with its line break. */
  write(lines: string): void {
    this.#pending += lines;
    if (this.#scheduled) return;
    this.#scheduled = true;
    setImmediate(() => this.flush());
  }

  /** Writes what is pending. A disk that is full loses lines, not the server. */
  flush(): void {
    this.#scheduled = false;
    const text = this.#pending;
    this.#pending = "";
    if (text === "") return;
    try {
      if (this.#size > this.#maxBytes) this.#roll();
      appendFileSync(this.#path, text);
      this.#size += Buffer.byteLength(text);
    } catch {
      // There is nowhere to tell it.
    }
  }

  #roll(): void {
    for (let i = KEPT - 1; i >= 0; i--) {
      try {
        renameSync(i === 0 ? this.#path : `${this.#path}.${i}`, `${this.#path}.${i + 1}`);
      } catch {
        // Not so many files yet.
      }
    }
    this.#size = 0;
  }
}

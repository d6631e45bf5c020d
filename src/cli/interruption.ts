/**
 * @module
 * Ctrl-C that waits: the first asks a long command to stop where it can go on later, a second stops it at once.
 */

const signals = ["SIGINT", "SIGTERM"] as const;

/** Listens for signals from {@link watch} to {@link end}. */
export class Interruption {
  #asked = false;
  readonly #ask = (): void => {
    this.#asked = true;
    // Without listeners, the next signal ends the process.
    this.end();
  };

  private constructor() {
    for (const signal of signals) process.on(signal, this.#ask);
  }

  static watch(): Interruption {
    return new Interruption();
  }

  /** Whether the command was asked to stop. */
  get asked(): boolean {
    return this.#asked;
  }

  /** Stops listening. */
  end(): void {
    for (const signal of signals) process.removeListener(signal, this.#ask);
  }
}

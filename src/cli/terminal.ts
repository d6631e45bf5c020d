/**
 * @module
 * What a command may use of the world: streams, their kind, and the environment. Tests pass their own.
 */

import type { Readable, Writable } from "node:stream";

/** The world of a command. */
export interface Terminal {
  readonly stdin: Readable;
  readonly stdout: Output;
  readonly stderr: Output;
  readonly env: Readonly<Record<string, string | undefined>>;
}

/** A stream for text; `isTTY` and `columns` as on Node's own. */
export interface Output extends Pick<Writable, "write"> {
  readonly isTTY?: boolean;
  readonly columns?: number;
}

/** The terminal of this process. */
export function processTerminal(): Terminal {
  return { stdin: process.stdin, stdout: process.stdout, stderr: process.stderr, env: process.env };
}

/**
 * Whether to write colours to `output`: on a terminal, unless NO_COLOR is set (https://no-color.org) or TERM is dumb;
 * FORCE_COLOR decides against both.
 */
export function wantsColor(terminal: Pick<Terminal, "env">, output: Output): boolean {
  const { env } = terminal;
  if (env["FORCE_COLOR"] !== undefined) return env["FORCE_COLOR"] !== "0";
  if (env["NO_COLOR"] !== undefined && env["NO_COLOR"] !== "") return false;
  return output.isTTY === true && env["TERM"] !== "dumb";
}

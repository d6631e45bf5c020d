/**
 * @module
 * The ways in which a command ends badly.
 */

import { CandilError } from "../errors.ts";

/** The command was called wrongly; exit code 2. */
export class UsageError extends CandilError {
  override name = "UsageError";
}

/** The command failed and has said so itself, in the words of the program that it stands for. */
export class ToldError extends CandilError {
  override name = "ToldError";
  readonly exitCode: number;

  constructor(exitCode: number) {
    super("");
    this.exitCode = exitCode;
  }
}

/** Exit codes of the program. */
export const exitCodes = { success: 0, failure: 1, usage: 2 } as const;

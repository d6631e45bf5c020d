/**
 * @module
 * The two ways in which a command ends badly.
 */

import { CandilError } from "../errors.ts";

/** The command was called wrongly; exit code 2. */
export class UsageError extends CandilError {
  override name = "UsageError";
}

/** Exit codes of the program. */
export const exitCodes = { success: 0, failure: 1, usage: 2 } as const;

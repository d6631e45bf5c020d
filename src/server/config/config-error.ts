/**
 * @module
 * What is wrong with a configuration.
 */

import { CandilError } from "../../errors.ts";

/** A configuration that cannot be served: the message names key, value and what is allowed. */
export class ConfigError extends CandilError {
  override name = "ConfigError";
}

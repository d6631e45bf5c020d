/**
 * @module
 * Numbers in the values of options.
 */

import { InvalidArgumentError } from "commander";

/**
 * A parser for an option that is an integer from `least` to `most`.
 * @throws InvalidArgumentError, which commander turns into its error for wrong usage
 */
export function integerOption(least: number, most: number): (text: string) => number {
  return (text) => {
    const value = /^[+-]?\d+$/.test(text) ? Number(text) : NaN;
    if (Number.isSafeInteger(value) && value >= least && value <= most) return value;
    throw new InvalidArgumentError(`Expected an integer from ${least} to ${most}.`);
  };
}

/**
 * A parser for an option that is a number from `least` to `most`.
 * @throws InvalidArgumentError, which commander turns into its error for wrong usage
 */
export function numberOption(least: number, most: number): (text: string) => number {
  return (text) => {
    const value = text.trim() === "" ? NaN : Number(text);
    if (Number.isFinite(value) && value >= least && value <= most) return value;
    throw new InvalidArgumentError(`Expected a number from ${least} to ${most}.`);
  };
}

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

const units: Readonly<Record<string, number>> = {
  "": 1,
  k: 1e3,
  M: 1e6,
  G: 1e9,
  Ki: 2 ** 10,
  Mi: 2 ** 20,
  Gi: 2 ** 30,
};

/**
 * Parses bytes as Kubernetes writes them: 1048576, 512Mi, 2Gi, 500M.
 * @throws InvalidArgumentError, which commander turns into its error for wrong usage
 */
export function sizeOption(text: string): number {
  const [, number, unit] = /^(\d+(?:\.\d+)?)([kMG]|[KMG]i)?$/.exec(text) ?? [];
  const bytes = Math.floor(Number(number) * (units[unit ?? ""] ?? NaN));
  if (bytes > 0) return bytes;
  throw new InvalidArgumentError("Expected bytes, as 1048576, 512Mi or 2Gi.");
}

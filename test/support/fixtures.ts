/**
 * @module
 * Reading the numbers that PyTorch and Captum produced.
 */

import { readFileSync } from "node:fs";

/** JSON has no NaN and no infinities: they are written as strings. */
export type FixtureNumber = number | "NaN" | "Infinity" | "-Infinity";

/** Parses `test/fixtures/<name>`. The caller names the type that the writing script gives it. */
export function readFixture<T>(name: string): T {
  const text = readFileSync(new URL(`../fixtures/${name}`, import.meta.url), "utf8");
  return JSON.parse(text) as T;
}

/** Fixture numbers as numbers. */
export function numbers(values: readonly FixtureNumber[]): number[] {
  return values.map(Number);
}

/**
 * @module
 * What the states of optimizers and schedulers are made of: values that a `.pt` file can hold.
 */

import { StateDictError } from "../errors.ts";
import type { AnyTensor } from "../tensor/tensor.ts";

/** A setting of an optimizer. */
export type Setting = number | boolean | readonly number[];

/** A value that a checkpoint can hold. */
export type Saved = null | boolean | number | string | AnyTensor | Saved[] | SavedMap;

/** A Python dict of such values. */
export type SavedMap = Map<string | number, Saved>;

/**
 * A value as the map that it should be.
 * @throws StateDictError
 */
export function mapOf(value: unknown, where: string): ReadonlyMap<unknown, unknown> {
  if (value instanceof Map) return value;
  throw new StateDictError(`expected a map under "${where}" of the saved state`);
}

/**
 * A saved setting, of the kind of `like`.
 * @throws StateDictError naming optimizer and setting
 */
export function restoredSetting(
  optimizer: string,
  name: string,
  saved: ReadonlyMap<unknown, unknown>,
  like: Setting,
): Setting {
  const value = saved.get(name);
  // Python's True and False are numbers, and 0 and 1 pass as flags.
  if (typeof like === "boolean" && (typeof value === "boolean" || typeof value === "number"))
    return Boolean(value);
  if (typeof like === "number" && typeof value === "number") return value;
  if (typeof like === "object" && Array.isArray(value) && value.length === like.length)
    return value.map(Number);
  throw new StateDictError(`${optimizer}: expected ${name} to be like ${String(like)}, got ${String(value)}`);
}

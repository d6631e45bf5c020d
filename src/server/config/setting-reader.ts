/**
 * @module
 * Settings as values of a type. Every refusal names the key, who set it, the value, and what is allowed.
 */

import { ConfigError } from "./config-error.ts";
import type { Key } from "./keys.ts";
import type { Settings } from "./settings.ts";

/** Reads one setting after another; an absent or empty one is the default. */
export class SettingReader {
  readonly #settings: Settings;

  constructor(settings: Settings) {
    this.#settings = settings;
  }

  /** The text of a setting, or null. */
  text(key: Key): string | null {
    const value = this.#settings.get(key)?.value;
    return value === undefined || value === "" ? null : value;
  }

  /** `true` or `false`, in any case. Java takes everything but "true" for false; a slip is refused here. */
  boolean(key: Key, byDefault: boolean): boolean {
    const text = this.text(key)?.toLowerCase();
    if (text === undefined) return byDefault;
    if (text === "true" || text === "false") return text === "true";
    throw this.refusal(key, "true or false");
  }

  /** A whole number from `min` to `max`. */
  integer(key: Key, byDefault: number, min: number, max = 2_147_483_647): number {
    const text = this.text(key);
    if (text === null) return byDefault;
    const value = /^[+-]?\d{1,12}$/.test(text) ? Number(text) : NaN;
    if (value >= min && value <= max) return value;
    throw this.refusal(key, `a whole number from ${min} to ${max}`);
  }

  /** A decimal number above 0. */
  positive(key: Key, byDefault: number): number {
    const text = this.text(key);
    if (text === null) return byDefault;
    const value = /^\d+(\.\d*)?$|^\.\d+$/.test(text) ? Number(text) : NaN;
    if (value > 0 && Number.isFinite(value)) return value;
    throw this.refusal(key, "a number above 0");
  }

  /** One of some words, in any case. */
  choice<Word extends string>(key: Key, words: readonly Word[]): Word | null {
    const text = this.text(key)?.toLowerCase();
    if (text === undefined) return null;
    const found = words.find((word) => word === text);
    if (found !== undefined) return found;
    throw this.refusal(key, words.join(", "));
  }

  /** The key and who set it, for messages of other readers. */
  where(key: Key): string {
    const origin = this.#settings.get(key)?.origin;
    return origin === undefined ? key : `${key} (${origin})`;
  }

  /** What to throw when the value of `key` is not one of `allowed`. */
  refusal(key: Key, allowed: string): ConfigError {
    const value = (this.text(key) ?? "").slice(0, 80);
    return new ConfigError(`${this.where(key)}: expected ${allowed}, got ${JSON.stringify(value)}`);
  }
}

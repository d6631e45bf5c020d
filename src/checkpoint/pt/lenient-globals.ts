/**
 * @module
 * Looking up names so that a file can be described although it cannot be read.
 */

import { FormatError } from "../../errors.ts";
import { MAX_FOREIGN_NAMES } from "../limits.ts";
import { ForeignGlobal, ForeignObject, PyGlobal } from "../pickle/values.ts";
import type { PickleValue } from "../pickle/values.ts";
import { findGlobal, globalLabel } from "./globals.ts";

/**
 * Finds every name: one that is not read becomes a tag whose calls give {@link ForeignObject}s, which do nothing but
 * keep what they were given; the names are collected.
 */
export class LenientGlobals {
  /** The names that the file cannot be read for. */
  readonly refused = new Set<string>();
  readonly #tags = new Map<string, PyGlobal>();

  readonly find = (module: string, name: string): PyGlobal => {
    const label = globalLabel(module, name);
    const tag = this.#tags.get(label) ?? this.#makeTag(module, name, label);
    this.#tags.set(label, tag);
    if (this.#tags.size > MAX_FOREIGN_NAMES) {
      throw new FormatError(`.pt: the file names more than ${MAX_FOREIGN_NAMES} classes and functions`);
    }
    return tag;
  };

  #makeTag(module: string, name: string, label: string): PyGlobal {
    try {
      const { call } = findGlobal(module, name);
      if (call === null) return new PyGlobal(label);
      // A function that is read may be given something that is not: a tensor over a quantised storage.
      return new PyGlobal(label, (args) =>
        args.some(isForeign) ? new ForeignObject(label, args) : call(args),
      );
    } catch (error) {
      if (!(error instanceof FormatError)) throw error;
      this.refused.add(label);
      return new ForeignGlobal(label);
    }
  }
}

function isForeign(value: PickleValue): boolean {
  return value instanceof ForeignObject;
}

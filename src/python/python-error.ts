/**
 * @module
 * What goes wrong with Python source, with the place where it does.
 */

import { CandilError } from "../errors.ts";
import type { Place } from "./syntax/source-text.ts";

/**
 * - "syntax": no Python at all;
 * - "unsupported": Python outside of the subset that candil reads;
 * - "limit": too many steps, too deep, too large;
 * - "raised": the source raises an exception, or does what raises one in Python.
 */
export type PythonErrorKind = "syntax" | "unsupported" | "limit" | "raised";

/** What someone can do whose source is outside of the subset. */
export const WAY_OUT =
  "Write it with what docs/python-subset.md lists, or register a TypeScript module for this class";

/**
 * The only error of reading and running Python source. The message begins with `file:line:column:` once the place is
 * known.
 */
export class PythonError extends CandilError {
  override name = "PythonError";
  readonly kind: PythonErrorKind;
  /** What is wrong, without the place. */
  readonly detail: string;
  /** Other places of the same source that are refused, found at the same time. */
  further: readonly PythonError[] = [];
  #place: Place | null = null;

  constructor(kind: PythonErrorKind, detail: string, place: Place | null = null, cause?: unknown) {
    super(detail, cause === undefined ? undefined : { cause });
    this.kind = kind;
    this.detail = detail;
    if (place !== null) this.locate(place);
  }

  /** Where in the source; null for what a host function refuses outside of any. */
  get place(): Place | null {
    return this.#place;
  }

  get file(): string | null {
    return this.#place?.file ?? null;
  }

  get line(): number | null {
    return this.#place?.line ?? null;
  }

  get column(): number | null {
    return this.#place?.column ?? null;
  }

  /** Sets the place, unless an inner one is known already. */
  locate(place: Place): this {
    if (this.#place !== null) return this;
    this.#place = place;
    this.message = `${place.file}:${place.line}:${place.column}: ${this.detail}`;
    return this;
  }
}

/** An error of kind "unsupported" that names the construct and the way out. */
export function unsupported(construct: string, place: Place | null = null, wayOut = WAY_OUT): PythonError {
  return new PythonError(
    "unsupported",
    `${construct} is outside of the Python that candil reads. ${wayOut}`,
    place,
  );
}

/** An error of kind "limit". */
export function limitError(detail: string): PythonError {
  return new PythonError("limit", detail);
}

/**
 * @module
 * Putting a place on what goes wrong.
 */

import { CandilError } from "../../errors.ts";
import { limitError, PythonError } from "../python-error.ts";
import type { SourceText } from "../syntax/source-text.ts";
import { PythonRaised } from "../values/raise.ts";
import type { Evaluate } from "./frame.ts";

/**
 * The error as one of Python: what candil's operations throw is a RuntimeError there, as PyTorch's are. Anything that is
 * none of candil's errors stays what it is.
 */
export function asPythonError(error: unknown): unknown {
  if (error instanceof PythonError) return error;
  if (error instanceof CandilError) {
    const type = error.name === "IndexRangeError" ? "IndexError" : "RuntimeError";
    return new PythonRaised(type, error.message, null, error);
  }
  if (error instanceof RangeError) {
    const stack = /call stack|recursion/i.test(error.message);
    return limitError(stack ? "calls nest too deep for this machine" : `too large: ${error.message}`);
  }
  return error;
}

/** As {@link asPythonError}, with a place unless an inner one is known. */
export function located(error: unknown, source: SourceText, at: number): unknown {
  const own = asPythonError(error);
  return own instanceof PythonError ? own.locate(source.place(at)) : own;
}

/** An expression whose failures are placed. */
export function guarded(source: SourceText, at: number, evaluate: Evaluate): Evaluate {
  return (frame) => {
    try {
      return evaluate(frame);
    } catch (error) {
      throw located(error, source, at);
    }
  };
}

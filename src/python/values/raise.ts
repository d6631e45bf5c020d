/**
 * @module
 * Raising Python's exceptions from the host.
 */

import { PythonError } from "../python-error.ts";
import type { PyObject } from "./object.ts";

/** An exception on its way through Python code, where `except` may catch it. */
export class PythonRaised extends PythonError {
  /** The class's name: `ValueError`, or what the source calls its own. */
  readonly exceptionType: string;
  /** The exception object, where the source raised one; null for what the evaluator raises. */
  readonly exception: PyObject | null;

  constructor(exceptionType: string, message: string, exception: PyObject | null = null, cause?: unknown) {
    super("raised", message === "" ? exceptionType : `${exceptionType}: ${message}`, null, cause);
    this.exceptionType = exceptionType;
    this.exception = exception;
    this.text = message;
  }

  /** The message without the class's name. */
  readonly text: string;
}

/** Raises one of Python's own exceptions. */
export function raise(exceptionType: string, message: string): never {
  throw new PythonRaised(exceptionType, message);
}

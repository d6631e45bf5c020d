/**
 * @module
 * Errors on their way between threads: a structured clone would keep neither their class nor what they mean for the client.
 */

import { errorBody, failureOf, RequestError } from "../errors.ts";
import type { Failure } from "../errors.ts";

/** An error as plain data. */
export interface SentError {
  readonly failure: Failure;
  readonly message: string;
  /** Where a defect of ours happened. */
  readonly stack?: string;
}

/** A defect that happened in a worker, with the worker's own stack. */
export class WorkerDefect extends Error {
  override name = "WorkerDefect";

  constructor(message: string, stack: string | undefined) {
    super(message);
    if (stack !== undefined) this.stack = stack;
  }
}

/** What goes over the wire; {@link receivedError} is the way back. */
export function sentError(error: unknown): SentError {
  const failure = failureOf(error);
  if (failure !== "internal") return { failure, message: errorBody(error).message };
  const message = error instanceof Error ? error.message : String(error);
  return {
    failure,
    message,
    ...(error instanceof Error && error.stack !== undefined ? { stack: error.stack } : {}),
  };
}

/** The error that the other thread met. */
export function receivedError({ failure, message, stack }: SentError): Error {
  return failure === "internal" ? new WorkerDefect(message, stack) : new RequestError(failure, message);
}

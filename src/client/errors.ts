/**
 * @module
 * How a call to a server fails.
 */

import { CandilError } from "../errors.ts";

/** What is known of an answer that is an error. */
export interface AnswerErrorDetails extends ErrorOptions {
  /** The HTTP status. */
  readonly status: number;
  /** What identifies the request in the server's log, if the server said it. */
  readonly requestId: string | null;
  /** Seconds after which asking again has a chance, if the server said it. */
  readonly retryAfter?: number | null;
}

/** The server refused a request or failed at it; the message ends in the server's own text. */
export class AnswerError extends CandilError {
  override name = "AnswerError";
  readonly status: number;
  readonly requestId: string | null;
  readonly retryAfter: number | null;

  constructor(message: string, { status, requestId, retryAfter = null, ...options }: AnswerErrorDetails) {
    super(message, options);
    this.status = status;
    this.requestId = requestId;
    this.retryAfter = retryAfter;
  }
}

/** No answer came: the server could not be reached, hung up, or took too long. */
export class NoAnswerError extends CandilError {
  override name = "NoAnswerError";
}

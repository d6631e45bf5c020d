/**
 * @module
 * The bound on what one request is answered with: TorchServe's `max_response_size`.
 */

import { RequestError } from "../errors.ts";
import type { Limits } from "../limits.ts";
import type { Answer } from "./answer.ts";

/**
 * Passes an answer on that is not too large.
 * @throws RequestError (500, as from TorchServe, whose worker dies of it; here the worker stays) when it is larger than
 *   `limits.maxResponseSize` bytes
 */
export function checkSize(answer: Answer, { maxResponseSize }: Pick<Limits, "maxResponseSize">): Answer {
  const { body } = answer;
  // A text is no longer in bytes than three times its length.
  const most = typeof body === "string" ? 3 * body.length : body.byteLength;
  if (most <= maxResponseSize) return answer;
  const size = typeof body === "string" ? Buffer.byteLength(body) : body.byteLength;
  if (size <= maxResponseSize) return answer;
  throw new RequestError(
    "answerTooLarge",
    `The answer has ${size} bytes, more than max_response_size allows: ${maxResponseSize}. Raise it in config.properties.`,
  );
}

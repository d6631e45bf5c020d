/**
 * @module
 * The bytes of a request body: not more than allowed, not slower than allowed, and nothing when the client went away.
 */

import type { IncomingMessage } from "node:http";
import { ClientGone, RequestError } from "../errors.ts";
import type { Limits } from "../limits.ts";

/**
 * Reads the body to its end.
 * @throws RequestError when it is larger than `limits.maxRequestSize` bytes, or no byte came for `limits.uploadIdleMs`
 * @throws ClientGone when the connection closed before the end
 */
export function readBody(
  request: IncomingMessage,
  limits: Pick<Limits, "maxRequestSize" | "uploadIdleMs">,
): Promise<Buffer> {
  return new Promise((resolve, reject) => {
    const promised = Number(request.headers["content-length"] ?? 0);
    if (promised > limits.maxRequestSize) {
      reject(tooLarge(promised, limits.maxRequestSize));
      return;
    }
    const chunks: Buffer[] = [];
    let size = 0;
    const idle = setTimeout(() => {
      settle();
      reject(stalled(size, limits.uploadIdleMs));
    }, limits.uploadIdleMs);
    const onData = (chunk: Buffer): void => {
      idle.refresh();
      size += chunk.length;
      chunks.push(chunk);
      if (size <= limits.maxRequestSize) return;
      settle();
      reject(tooLarge(size, limits.maxRequestSize));
    };
    const onEnd = (): void => {
      settle();
      resolve(Buffer.concat(chunks, size));
    };
    const onGone = (): void => {
      settle();
      reject(new ClientGone(`the connection closed after ${size} bytes of the body`));
    };
    const settle = (): void => {
      clearTimeout(idle);
      request.off("data", onData).off("end", onEnd).off("close", onGone).off("error", onGone);
      // A reset connection may report its error later; without a listener that would end the process.
      request.on("error", () => undefined);
    };
    request.on("data", onData).on("end", onEnd).on("close", onGone).on("error", onGone);
  });
}

function tooLarge(size: number, limit: number): RequestError {
  return new RequestError(
    "tooLarge",
    `The request body is larger than ${limit} bytes (max_request_size): at least ${size} came or were announced.`,
  );
}

function stalled(size: number, idleMs: number): RequestError {
  return new RequestError(
    "timeout",
    `No further byte of the request body came within ${idleMs / 1000} s; ${size} bytes had come before.`,
  );
}

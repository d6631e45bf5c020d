/**
 * @module
 * Bodies of the KServe protocols: compressed or not on the way in, compressed where a client asks on the way out.
 */

import type { IncomingMessage } from "node:http";
import { promisify } from "node:util";
import { deflate, gunzip, gzip, inflate } from "node:zlib";
import type { Answer } from "../answer/answer.ts";
import { RequestError } from "../errors.ts";
import type { Limits } from "../limits.ts";
import { readBody } from "../request/body.ts";

const decoders = { gzip: promisify(gunzip), "x-gzip": promisify(gunzip), deflate: promisify(inflate) };
const encoders = { gzip: promisify(gzip), deflate: promisify(deflate) };

/** Smaller answers travel in one packet anyhow. */
const WORTH_COMPRESSING = 1_400;

/**
 * The body of a request, decompressed; neither form may be larger than `limits.maxRequestSize`.
 * @throws RequestError when it is too large, broken, or compressed in a way that candil does not read
 * @throws ClientGone when the client left
 */
export async function readPlainBody(request: IncomingMessage, limits: Limits): Promise<Buffer> {
  const body = await readBody(request, limits);
  const encoding = request.headers["content-encoding"]?.trim().toLowerCase() ?? "identity";
  if (encoding === "identity" || encoding === "") return body;
  if (encoding !== "gzip" && encoding !== "x-gzip" && encoding !== "deflate") {
    throw new RequestError(
      "unsupportedEncoding",
      `Content-Encoding "${encoding.slice(0, 40)}" is not read here; send gzip, deflate or plain bytes.`,
    );
  }
  try {
    return await decoders[encoding](body, { maxOutputLength: limits.maxRequestSize });
  } catch (error) {
    throw decompressionError(error, encoding, limits.maxRequestSize);
  }
}

function decompressionError(error: unknown, encoding: string, limit: number): RequestError {
  if (error instanceof Error && "code" in error && error.code === "ERR_BUFFER_TOO_LARGE") {
    return new RequestError(
      "tooLarge",
      `The decompressed request body is larger than ${limit} bytes (max_request_size).`,
    );
  }
  const reason = error instanceof Error ? error.message : String(error);
  return new RequestError("badRequest", `The body is not valid ${encoding}: ${reason}.`, { cause: error });
}

/**
 * An answer in the first encoding that the client names and candil writes, where that is worth it. The client decides by its
 * Accept-Encoding; a wildcard alone changes nothing.
 */
export async function compressed(answer: Answer, acceptEncoding: string | undefined): Promise<Answer> {
  const encoding = chooseEncoding(acceptEncoding);
  if (encoding === null || answer.body.length < WORTH_COMPRESSING) return answer;
  const body = await encoders[encoding](answer.body, { level: 1 });
  return {
    ...answer,
    body,
    headers: [...(answer.headers ?? []), "content-encoding", encoding, "vary", "accept-encoding"],
  };
}

function chooseEncoding(acceptEncoding = ""): keyof typeof encoders | null {
  for (const range of acceptEncoding.toLowerCase().split(",")) {
    const [name, ...parameters] = range.split(";").map((part) => part.trim());
    if (parameters.some((parameter) => /^q=0(\.0*)?$/.test(parameter))) continue;
    if (name === "gzip" || name === "deflate") return name;
  }
  return null;
}

/**
 * @module
 * A body of the protocol: JSON alone, or JSON with raw tensors behind it.
 */

import { FormatError } from "../errors.ts";
import { isObject, rawPart } from "./tensor-message.ts";
import type { JsonObject, RawPart } from "./tensor-message.ts";

/** The header that says how many bytes of a body are its JSON. */
export const HEADER_LENGTH = "inference-header-content-length";

/** A body taken apart. */
export interface SplitBody {
  readonly json: JsonObject;
  readonly raw: RawPart;
}

/**
 * Takes a body apart.
 * @param headerLength the value of {@link HEADER_LENGTH}, if it came
 * @throws FormatError when the length is wrong or the JSON broken
 */
export function splitBody(body: Uint8Array, headerLength: string | undefined): SplitBody {
  const length = headerLength === undefined ? body.length : lengthOf(headerLength, body.length);
  const json = parse(body.subarray(0, length));
  if (!isObject(json)) throw new FormatError("the body must be a JSON object");
  return { json, raw: rawPart(body.subarray(length)) };
}

function lengthOf(text: string, available: number): number {
  const length = /^\d{1,15}$/.test(text) ? Number(text) : NaN;
  if (length > 0 && length <= available) return length;
  throw new FormatError(
    `Inference-Header-Content-Length must be the number of bytes of the JSON, at most the ${available} of the body, ` +
      `got "${text.slice(0, 40)}"`,
  );
}

function parse(bytes: Uint8Array): unknown {
  try {
    return JSON.parse(new TextDecoder("utf-8").decode(bytes)) as unknown;
  } catch (cause) {
    const reason = cause instanceof Error ? cause.message : String(cause);
    throw new FormatError(
      `the body is not valid JSON (${reason.slice(0, 80)}); raw tensors behind it need the header Inference-Header-Content-Length`,
      { cause },
    );
  }
}

/** A body put together. */
export interface JoinedBody {
  readonly body: string | Uint8Array<ArrayBuffer>;
  /** Bytes of the JSON when raw tensors follow it; null when there are none. */
  readonly headerLength: number | null;
}

/** Puts a body together. */
export function joinBody(json: JsonObject, raws: readonly Uint8Array[]): JoinedBody {
  const text = JSON.stringify(json);
  if (raws.length === 0) return { body: text, headerLength: null };
  const head = new TextEncoder().encode(text);
  const body = new Uint8Array(raws.reduce((size, { length }) => size + length, head.length));
  body.set(head);
  let at = head.length;
  for (const raw of raws) {
    body.set(raw, at);
    at += raw.length;
  }
  return { body, headerLength: head.length };
}

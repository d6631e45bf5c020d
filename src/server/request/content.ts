/**
 * @module
 * What a client sent as its picture. The bytes decide, not the content type alone: `curl --data-binary @0.png` calls a
 * picture a form, and `curl --data @request.json` calls JSON one.
 */

import { RequestError } from "../errors.ts";
import { decodeBase64 } from "./base64.ts";

/** A picture still encoded, or nested lists of numbers that go to the model as they are. */
export type Content =
  | { readonly kind: "picture"; readonly bytes: Uint8Array }
  | { readonly kind: "numbers"; readonly values: readonly unknown[] };

/** Whether bytes begin as a PNG or a JPEG does. */
export function looksLikePicture(bytes: Uint8Array): boolean {
  const png = bytes[0] === 0x89 && bytes[1] === 0x50 && bytes[2] === 0x4e && bytes[3] === 0x47;
  const jpeg = bytes[0] === 0xff && bytes[1] === 0xd8 && bytes[2] === 0xff;
  return png || jpeg;
}

/** Whether bytes begin as a JSON object, list or string does, after white space. */
export function looksLikeJson(bytes: Uint8Array): boolean {
  const first = bytes.findIndex((byte) => byte > 0x20 && byte !== 0xef && byte !== 0xbb && byte !== 0xbf);
  return [0x7b, 0x5b, 0x22].includes(bytes[first]);
}

/** Whether bytes begin as the base64 text of a PNG or a JPEG, or as a data URL. */
export function looksLikeBase64Picture(bytes: Uint8Array): boolean {
  const start = Buffer.from(bytes.subarray(0, 64)).toString("latin1").trimStart();
  return /^(iVBORw0K|\/9j\/|data:image\/)/.test(start);
}

/**
 * Parses JSON text in UTF-8.
 * @throws RequestError with the parser's reason
 */
export function parseJson(bytes: Uint8Array): unknown {
  try {
    return JSON.parse(new TextDecoder("utf-8").decode(bytes)) as unknown;
  } catch (error) {
    const reason = error instanceof Error ? error.message : String(error);
    throw new RequestError("badRequest", `The body is not valid JSON: ${shorten(reason)}.`, { cause: error });
  }
}

/**
 * The content that a JSON value stands for: a string is a picture in base64, `{"b64": "..."}` too, a list is numbers.
 * @param where it was found, for the message
 * @throws RequestError for any other value
 */
export function contentOfJson(value: unknown, where: string): Content {
  if (typeof value === "string") return { kind: "picture", bytes: decodeBase64(value) };
  if (Array.isArray(value)) return { kind: "numbers", values: value };
  if (isRecord(value) && typeof value["b64"] === "string") {
    return { kind: "picture", bytes: decodeBase64(value["b64"]) };
  }
  throw new RequestError(
    "badRequest",
    `${where} must be a picture in base64 or nested lists of numbers, got ${describe(value)}.`,
  );
}

/** Whether a JSON value is an object with keys. */
export function isRecord(value: unknown): value is Readonly<Record<string, unknown>> {
  return typeof value === "object" && value !== null && !Array.isArray(value);
}

/** A JSON value in a message, shortened. */
export function describe(value: unknown): string {
  return shorten(JSON.stringify(value) ?? "nothing");
}

function shorten(text: string): string {
  return text.length > 60 ? `${text.slice(0, 57)}...` : text;
}

/**
 * @module
 * A request body as content and fields: everything that TorchServe's MNIST handler takes, and what its clients send
 * by mistake.
 *
 * | body | content | fields |
 * | --- | --- | --- |
 * | PNG or JPEG bytes, whatever their content type | the picture | none |
 * | multipart/form-data | part `data`, else `body`; the last one wins; its own may be any row of this table but a form | the other parts |
 * | JSON object | `data`, else `body` | the other keys |
 * | JSON list | the numbers | none |
 * | JSON string; base64 text | the picture | none |
 * | application/x-www-form-urlencoded | field `data`, else `body` | the other fields |
 */

import { nearestName } from "../../errors.ts";
import { RequestError } from "../errors.ts";
import { decodeBase64 } from "./base64.ts";
import {
  contentOfJson,
  isRecord,
  looksLikeBase64Picture,
  looksLikeJson,
  looksLikePicture,
  parseJson,
} from "./content.ts";
import type { Content } from "./content.ts";
import { readMultipart, readUrlencoded } from "./form.ts";
import type { FormPart } from "./form.ts";

/** A request body, read. */
export interface Payload {
  readonly content: Content;
  /** What stood beside the picture: `target` and the other options, as JSON values or, from a form, as text. */
  readonly fields: ReadonlyMap<string, unknown>;
}

const CONTENT_FIELDS = ["data", "body"];

/**
 * Reads a body by its bytes and, where they leave a choice, by its content type.
 * @param decodeText whether JSON and base64 text are read; TorchServe's `decode_input_request`
 * @throws RequestError when there is no picture, no numbers, or the form, JSON or base64 is broken
 */
export async function readPayload(
  contentType: string | undefined,
  body: Buffer,
  decodeText = true,
): Promise<Payload> {
  const type = (contentType ?? "").split(";")[0].trim().toLowerCase();
  if (body.length === 0) throw emptyBody();
  if (looksLikePicture(body)) return plain({ kind: "picture", bytes: body });
  if (type === "multipart/form-data")
    return formPayload(await readMultipart(contentType ?? "", body), decodeText);
  if (!decodeText && type !== "application/x-www-form-urlencoded") throw undecoded();
  if (type === "application/json" || looksLikeJson(body)) return jsonPayload(parseJson(body));
  if (type.startsWith("text/") || looksLikeBase64Picture(body)) {
    return plain({ kind: "picture", bytes: decodeBase64(body.toString("latin1")) });
  }
  if (type === "application/x-www-form-urlencoded") return formPayload(readUrlencoded(body), decodeText);
  throw notAPicture(body, type);
}

function plain(content: Content): Payload {
  return { content, fields: new Map() };
}

function jsonPayload(value: unknown, where = "The JSON body"): Payload {
  if (!isRecord(value) || typeof value["b64"] === "string") return plain(contentOfJson(value, where));
  const fields = new Map(Object.entries(value));
  const name = contentField(fields.keys(), "JSON key");
  return { content: contentOfJson(fields.get(name), `JSON key "${name}"`), fields: without(fields) };
}

function formPayload(parts: readonly FormPart[], decodeText: boolean): Payload {
  const byName = new Map(parts.map((part) => [part.name, part]));
  const part = byName.get(contentField(byName.keys(), "form field"));
  if (part === undefined) throw emptyBody();
  const fields = new Map<string, unknown>(
    [...byName.values()].map(({ name, bytes }) => [name, bytes.toString("utf8")]),
  );
  const own = partPayload(part, decodeText);
  return { content: own.content, fields: new Map([...without(fields), ...own.fields]) };
}

/** A part is read as a body of its own would be, except that it cannot be a form again. */
function partPayload(part: FormPart, decodeText: boolean): Payload {
  const { bytes, contentType, name } = part;
  if (bytes.length === 0) throw new RequestError("badRequest", `Form field "${name}" is empty.`);
  if (looksLikePicture(bytes)) return plain({ kind: "picture", bytes });
  if (!decodeText) throw undecoded();
  if (contentType === "application/json" || looksLikeJson(bytes)) {
    return jsonPayload(parseJson(bytes), `Form field "${name}"`);
  }
  if (contentType.startsWith("text/") || looksLikeBase64Picture(bytes)) {
    return plain({ kind: "picture", bytes: decodeBase64(bytes.toString("latin1")) });
  }
  throw notAPicture(bytes, contentType);
}

function contentField(names: Iterable<string>, kind: string): string {
  const given = [...names];
  const found = CONTENT_FIELDS.find((name) => given.includes(name));
  if (found !== undefined) return found;
  const near = given.find((name) => nearestName(name, CONTENT_FIELDS) !== null);
  throw new RequestError(
    "badRequest",
    `Expected the picture under the ${kind} "data" (or "body"), got ` +
      (given.length === 0
        ? "none."
        : `${given
            .slice(0, 8)
            .map((name) => JSON.stringify(name.slice(0, 40)))
            .join(", ")}.`) +
      (near === undefined ? "" : ` Did you mean "${nearestName(near, CONTENT_FIELDS) ?? "data"}"?`),
  );
}

function without(fields: ReadonlyMap<string, unknown>): Map<string, unknown> {
  return new Map([...fields].filter(([name]) => !CONTENT_FIELDS.includes(name)));
}

function emptyBody(): RequestError {
  return new RequestError(
    "badRequest",
    "The request has no body. Send a PNG or JPEG picture, for example: curl http://HOST:PORT/predictions/MODEL -T 0.png",
  );
}

function undecoded(): RequestError {
  return new RequestError(
    "badRequest",
    "Expected a PNG or JPEG picture, bare or in a form: decode_input_request=false switches JSON and base64 text off.",
  );
}

function notAPicture(bytes: Uint8Array, type: string): RequestError {
  const start = Buffer.from(bytes.subarray(0, 4)).toString("hex");
  return new RequestError(
    "badRequest",
    `Expected a PNG or JPEG picture, JSON, a form or base64 text, got ${bytes.length} bytes ` +
      `that begin with ${start} in hexadecimal${type === "" ? "" : ` (content type ${type.slice(0, 60)})`}.`,
  );
}

/**
 * @module
 * Forms: multipart and urlencoded bodies as lists of parts.
 */

import type { BusboyConstructor, BusboyInstance } from "@fastify/busboy";
import { RequestError } from "../errors.ts";

/** One part of a form. */
export interface FormPart {
  readonly name: string;
  /** The part's own content type; "text/plain" where it has none. */
  readonly contentType: string;
  readonly bytes: Buffer;
}

/** More parts than any client of an image classifier needs. */
const MAX_PARTS = 32;

/**
 * The parts of a multipart/form-data body in their order, all of them as bytes: a text field is no different from a file.
 * @throws RequestError when the body is cut off, has no boundary or too many parts
 */
export async function readMultipart(contentType: string, body: Buffer): Promise<FormPart[]> {
  // Loaded on demand: pictures come bare.
  const { Busboy } = await import("./busboy.ts");
  return await new Promise((resolve, reject) => {
    const fail = (reason: unknown): void => {
      const message = reason instanceof Error ? reason.message : String(reason);
      reject(
        new RequestError("badRequest", `Bad multipart form: ${message.replace(/^Multipart: /, "")}.`, {
          cause: reason,
        }),
      );
    };
    const parts: FormPart[] = [];
    const parser = openParser(Busboy, contentType, body.length, fail);
    if (parser === null) return;
    parser.on("file", (name, stream, _filename, _encoding, mimeType) => {
      const chunks: Buffer[] = [];
      stream.on("data", (chunk: Buffer) => chunks.push(chunk));
      stream.on("error", fail);
      stream.on("end", () => parts.push({ name, contentType: mimeType, bytes: Buffer.concat(chunks) }));
    });
    parser.on("partsLimit", () => fail(`more than ${MAX_PARTS} parts`));
    parser.on("filesLimit", () => fail(`more than ${MAX_PARTS} parts`));
    parser.on("error", fail);
    parser.on("finish", () => resolve(parts));
    parser.end(body);
  });
}

function openParser(
  Busboy: BusboyConstructor,
  contentType: string,
  size: number,
  fail: (reason: unknown) => void,
): BusboyInstance | null {
  try {
    return new Busboy({
      headers: { "content-type": contentType },
      isPartAFile: () => true,
      limits: { parts: MAX_PARTS, files: MAX_PARTS, fileSize: size, headerPairs: 64, headerSize: 8192 },
    });
  } catch (error) {
    fail(error);
    return null;
  }
}

/**
 * The parts of a body that its content type calls a form of either kind; none for any other.
 * @throws RequestError when a multipart body is broken
 */
export async function formParts(contentType = "", body: Buffer): Promise<FormPart[]> {
  const type = contentType.split(";")[0].trim().toLowerCase();
  if (type === "multipart/form-data") return readMultipart(contentType, body);
  return type === "application/x-www-form-urlencoded" ? readUrlencoded(body) : [];
}

/** The fields of an application/x-www-form-urlencoded body in their order. */
export function readUrlencoded(body: Buffer): FormPart[] {
  return [...new URLSearchParams(body.toString("latin1"))].map(([name, value]) => ({
    name,
    contentType: "text/plain",
    // A "+" that the client did not escape arrives as a space; base64 has no spaces, and JSON does not mind.
    bytes: Buffer.from(/^\s*[[{"]/.test(value) ? value : value.replaceAll(" ", "+")),
  }));
}

/**
 * @module
 * Base64 from strangers, read strictly: Node's own decoder skips what it does not know.
 */

import { RequestError } from "../errors.ts";

/**
 * The bytes of base64 text. White space, a `data:...;base64,` prefix, the URL-safe alphabet and missing padding are
 * taken; TorchServe's vision handler skips every foreign character instead, and fails on missing padding.
 * @throws RequestError naming the first foreign character
 */
export function decodeBase64(text: string): Buffer {
  const compact = text.replace(/^\s*data:[^,]*;base64,/, "").replace(/\s+/g, "");
  const foreign = /[^A-Za-z0-9+/_-]/.exec(compact.replace(/={1,2}$/, ""));
  if (foreign !== null) {
    throw new RequestError(
      "badRequest",
      `Bad base64: character ${JSON.stringify(foreign[0])} at position ${foreign.index} is not of the alphabet.`,
    );
  }
  const bytes = Buffer.from(compact, "base64");
  if (bytes.length === 0) {
    throw new RequestError("badRequest", "Bad base64: expected a picture in base64, got no data.");
  }
  return bytes;
}

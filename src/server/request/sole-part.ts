/**
 * @module
 * A body that may be wrapped in a form.
 */

import { looksLikeJson, looksLikePicture } from "./content.ts";
import { formParts } from "./form.ts";

/**
 * The bytes of the form field `data`, else `body`, the last one of that name; a body that is no form, or that has neither
 * field, as it is.
 * @throws RequestError when the form is broken
 */
export async function readSole(contentType: string | undefined, body: Buffer): Promise<Buffer> {
  // curl calls every body a form that it is not told otherwise about.
  if (looksLikePicture(body) || looksLikeJson(body)) return body;
  const parts = await formParts(contentType, body);
  const [found] = ["data", "body"].flatMap((name) => parts.findLast((part) => part.name === name) ?? []);
  return found?.bytes ?? body;
}

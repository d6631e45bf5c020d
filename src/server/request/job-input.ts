/**
 * @module
 * What a client sent, as it is handed to whoever computes.
 */

import type { Content } from "./content.ts";
import { tensorOfLists } from "./numbers.ts";
import type { JobInput } from "../pool/job.ts";

/**
 * The bytes are copied: a Buffer may be part of memory that belongs to others.
 * @throws RequestError when lists of numbers are not one tensor
 */
export function jobInput(content: Content): JobInput {
  if (content.kind === "picture") return { kind: "picture", bytes: new Uint8Array(content.bytes) };
  const { data, shape } = tensorOfLists(content.values);
  return { kind: "numbers", data, shape };
}

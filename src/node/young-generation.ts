/**
 * @module
 * How much memory V8 keeps for young objects.
 */

import { setFlagsFromString } from "node:v8";

/**
 * Keeps the young generation as small as it is when a process starts, instead of letting it grow to tens of megabytes. A server's
 * pictures and weights lie outside of V8's heap, so it gains nothing from more. For programs; a library does not change its host's
 * engine. Worker threads have limits of their own.
 */
export function keepYoungGenerationSmall(): void {
  setFlagsFromString("--semi-space-growth-factor=1");
}
